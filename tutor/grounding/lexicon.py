"""Closed classes of English words, and pairs of opposites in general use, for the check of a sentence against its source.

Nothing here belongs to one subject or one book; numerals, negations and quantifiers are closed classes, and the opposites are
those that a reader would take as saying the contrary when one stands in the other's place.
"""


def _words(text: str) -> list[str]:
    return text.split()


CARDINALS: dict[str, int] = {
    word: value
    for value, word in enumerate(
        _words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
            "eighteen nineteen twenty"
        )
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "million": 1_000_000,
    "twice": 2,
    "thrice": 3,
    "pair": 2,
    "dozen": 12,
}
AMBIGUOUS_CARDINALS = frozenset({"zero", "one", "pair"})
"""Numerals that are pronouns or turns of speech as well."""

ORDINALS: dict[str, int] = {
    word: value for value, word in enumerate(_words("first second third fourth fifth sixth seventh eighth ninth tenth"), 1)
}

NEGATIONS = frozenset(
    _words("""
not no never neither nor none nothing nobody nowhere without cannot cant can't don't doesn't didn't isn't aren't wasn't
weren't won't wouldn't shouldn't couldn't hasn't haven't hadn't mustn't needn't hardly rarely seldom lack lacks lacking
fails fail unable impossible
""")
)

QUANTIFIERS: dict[str, str] = {
    word: kind
    for kind, group in {
        "all": "all every each always any anything everything everybody everyone entirely completely both",
        "some": "some sometimes partly occasionally several something somebody certain",
        "few": "few seldom rarely little fewer",
        "many": "many often usually frequently much most mostly generally lots",
        "none": "no none never neither nothing nobody without",
        "only": "only solely exclusively exactly",
        "least": "least minimum",
    }.items()
    for word in _words(group)
}
"""Quantifiers by what they claim; one kind in the place of another says something else."""

STOP = frozenset(
    _words("""
a an the of to in on at by for with from as into onto over under through during about between among against per via and
or but nor so yet if then than that this these those there here it its itself they them their theirs themselves he him
his she her hers we us our ours you your yours i me my who whom whose which what when where why how is are was were be
been being am do does did done doing has have had having can could may might must shall should will would need also too
very just more most less least much many some any all every each both either few several such same other others another
own not no never only even ever again out up down off because while although though since until unless whether s t re ve
ll d e g i.e e.g etc called known referred refers means mean said one ones thing things something anything everything
nothing somebody anybody everybody nobody someone anyone everyone way ways use used uses using make makes made get gets
got let lets without within
""")
)
"""Words that carry little meaning of their own."""

OPPOSITES: dict[str, frozenset[str]] = {}
"""The opposites of a word, both ways."""

for _pair in _words("""
above:below accept:reject accepted:rejected active:passive add:remove added:removed adding:removing after:before
allow:forbid allowed:forbidden ascending:descending automatic:manual automatically:manually backward:forward
backwards:forwards begin:end beginning:end begins:ends better:worse big:small bottom:top broad:narrow buyer:seller
buyers:sellers centralized:distributed cheap:expensive cheaper:dearer child:parent client:server close:open closed:open
column:row columns:rows commits:aborts committed:aborted complete:partial completely:partly complex:simple
composite:simple concrete:abstract connect:separate consistent:inconsistent correct:wrong decrease:increase
decreases:increases decreased:increased dense:sparse dependent:independent destroy:create difficult:easy disable:enable
early:late earlier:later earliest:latest empty:full enter:leave enters:leaves equal:unequal even:odd exclude:include
excludes:includes excluding:including exclusive:shared explicit:implicit explicitly:implicitly external:internal
logical:physical fall:rise falls:rises fast:slow faster:slower fixed:variable former:latter forbid:permit
forbids:permits gain:lose gains:loses general:special global:local good:bad growing:shrinking grow:shrink heavy:light
heterogeneous:homogeneous hide:show hides:shows hidden:visible hidden:shown high:low higher:lower highest:lowest
horizontal:vertical horizontally:vertically identical:different import:export inner:outer innermost:outermost
input:output insert:delete insertion:deletion inserted:deleted inside:outside joined:split last:first lasting:temporary
left:right long:short longer:shorter longest:shortest lossless:lossy many:few major:minor mandatory:optional
maximum:minimum maximal:minimal more:less most:least multiple:single natural:artificial near:far new:old newer:older
newest:oldest next:previous following:preceding nonvolatile:volatile often:seldom often:rarely old:young older:younger
online:offline optimistic:pessimistic optional:required over:under partial:total partially:fully permanent:temporary
positive:negative possible:impossible present:absent private:public prime:nonprime primary:secondary push:pull
read:write reads:writes readers:writers read:written regular:weak reliable:unreliable reversible:irreversible rich:poor
safe:unsafe same:different send:receive sends:receives serial:parallel shared:private sorted:unsorted source:destination
source:target start:end starts:ends starting:ending strong:weak stronger:weaker structured:unstructured
subclass:superclass success:failure succeeds:fails sufficient:insufficient supertype:subtype thick:thin top:down
true:false unary:binary unary:ternary binary:ternary undo:redo undone:redone unique:duplicate up:down upper:lower
upward:downward useful:useless valid:invalid wide:narrow win:lose with:without buys:sells buy:sell lend:borrow
lends:borrows teacher:student teachers:students employer:employee employers:employees north:south east:west day:night
summer:winter male:female man:woman men:women plus:minus add:subtract multiply:divide allow:prevent allows:prevents
hard:easy writer:reader union:intersection best:worst before:until
"""):
    _one, _other = _pair.split(":")
    OPPOSITES[_one] = OPPOSITES.get(_one, frozenset()) | {_other}
    OPPOSITES[_other] = OPPOSITES.get(_other, frozenset()) | {_one}

PREDICATE_VERBS = frozenset(
    _words("""
is are was were be means mean has have had can may must will should refers uses use used contains consists requires
depends allows gives provides represents describes determines
""")
)
"""Verbs after which, in a plain sentence, something is said of what stands before them."""

OPENING_PRONOUNS = frozenset(_words("it this these they that he she such"))
"""Pronouns that, at the opening of a sentence, leave open what it is about."""

FILLER = frozenset(
    _words("""
type process used important ensure ensures helps help allow allows way various different specific set collection support
provide provides order multiple fundamental common system information manage based essential crucial accurate consistent
secure related designed create created
""")
)
"""Words with which small language models fill sentences that say little ("is a type of", "is used to", "helps to ensure").
They speak against a sentence only where its source does not have them."""

NEGATIVE_PREFIXES = ("non", "un", "in", "im", "ir", "il", "dis", "de", "mis")
