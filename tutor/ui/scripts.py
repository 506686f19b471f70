"""The few lines of JavaScript that the pages need: clicks on marks and cards, copying, focus, light and dark."""

import json

from tutor.ui.conversation import CLOSED, OPENING

_REVEAL = """
const reveal = () => {
  if (!window.matchMedia('(max-width: 760px)').matches) return;
  setTimeout(() => {
    const sheet = [...document.querySelectorAll('.page')].find((one) => one.offsetParent !== null);
    if (sheet) sheet.scrollIntoView({block: 'start'});
  }, 400);
};
"""

TALK = (
    _REVEAL
    + """
const copied = (button) => {
  const was = button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = was; }, 1500);
};
const copy = async (text, button) => {
  if (navigator.clipboard && window.isSecureContext) { await navigator.clipboard.writeText(text); copied(button); return; }
  const area = document.createElement('textarea');
  area.value = text; area.style.position = 'fixed'; area.style.opacity = '0';
  document.body.appendChild(area); area.select(); document.execCommand('copy'); area.remove(); button.focus(); copied(button);
};
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const data = button.dataset;
  if (data.cite) { trigger('click', {message: Number(data.message), n: Number(data.cite)}); reveal(); }
  else if (data.vote) {
    const vote = data.reason || button.getAttribute('aria-pressed') !== 'true' ? Number(data.vote) : 0;
    voted = data.message;
    trigger('like', {message: Number(data.message), vote, reason: data.reason || ''});
  }
  else if (data.retry !== undefined) trigger('retry', {});
  else if (data.example !== undefined) trigger('example_select', {text: button.innerText});
  else if (data.copy !== undefined) {
    const answer = button.closest('.exchange').cloneNode(true);
    answer.querySelectorAll('.asked, .acts, .reasons').forEach((part) => part.remove());
    answer.querySelectorAll('.cite').forEach((mark) => { mark.textContent = ' [' + mark.textContent + ']'; });
    copy(answer.textContent.trim(), button);
  }
});
element.addEventListener('keydown', (event) => {
  const field = event.target;
  if (event.key === 'Enter' && field.dataset && field.dataset.vote && field.value !== undefined) {
    event.preventDefault();
    trigger('like', {message: Number(field.dataset.message), vote: Number(field.dataset.vote), reason: field.value});
  }
});
let seen = 0;
let writing = false;
const follow = () => {
  const talk = element.querySelector('.talk');
  if (!talk) { seen = 0; return; }
  const all = talk.querySelectorAll('.exchange');
  const live = talk.querySelector('.live') !== null;
  if (live) talk.scrollTop = talk.scrollHeight;
  else if (all.length !== seen || writing) talk.scrollTop = all[all.length - 1].offsetTop - 4;
  seen = all.length;
  writing = live;
};
let voted = null;  // the answer whose reasons are on their way: they shall be seen
let place = 0;
element.addEventListener('scroll', () => {
  const talk = element.querySelector('.talk');
  if (talk) place = talk.scrollTop;
}, true);
watch('value', () => {
  const talk = element.querySelector('.talk');
  if (talk) talk.scrollTop = place;
  follow();
  if (voted !== null) {
    const why = element.querySelector(`[data-message="${voted}"] .reasons`);
    if (why) why.scrollIntoView({block: 'nearest'});
    voted = null;
  }
});
"""
)

CARDS = (
    _REVEAL
    + """
let focused = null;
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-cite], [data-page]');
  if (!button) return;
  const data = button.dataset;
  if (data.cite) { focused = data.cite; trigger('click', {message: Number(data.message), n: Number(data.cite)}); reveal(); }
  else if (data.page) { focused = null; trigger('click', {page: Number(data.page)}); reveal(); }
});
watch('value', () => {
  if (focused === null) return;
  const card = element.querySelector(`[data-cite="${focused}"]`);
  if (card) card.focus({preventScroll: true});
});
"""
)

SHEET = """
watch('value', () => {
  const sheet = element.querySelector('.page');
  if (!sheet) return;
  const mark = element.querySelector('.mark');
  const frame = sheet.querySelector('.frame');
  const place = () => { frame.scrollTop = mark ? mark.offsetTop - frame.clientHeight / 3 : 0; };
  place();
  requestAnimationFrame(place);
});
"""

HEAD = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<script>document.documentElement.lang = 'en';</script>
"""

KEPT_COLOURS = """
() => {
  const wanted = localStorage.getItem('tutor-colours');
  if (wanted) document.body.classList.toggle('dark', wanted === 'dark');
}
"""

SWITCH_COLOURS = """
() => {
  const dark = !document.body.classList.contains('dark');
  document.body.classList.toggle('dark', dark);
  localStorage.setItem('tutor-colours', dark ? 'dark' : 'light');
}
"""

# Not on a phone, where the keyboard would cover half of the page.
FOCUS_QUESTION = """
() => {
  const box = document.querySelector('#question textarea');
  if (box && document.activeElement === document.body && window.matchMedia('(min-width: 761px)').matches) box.focus();
}
"""

# Boxes are emptied in the browser: from the server it would come late, and wipe what was typed meanwhile.
EMPTY_TWO = "() => ['', '']"
EMPTY_THREE = "() => ['', '', '']"

# The same with a course that is left: its conversation goes at once, and nothing can be asked until the other one is there.
# Gradio's list tells of a choice twice, and whenever it loses the focus: what is shown already is not left and opened again.
_NO_CHANGE = "{__type__: 'update'}"
LEAVE = f"""(now) => {{
  if (now === window.shownCourse) return [{", ".join([_NO_CHANGE] * 4)}];
  window.shownCourse = now;
  return ['', '', {json.dumps(OPENING)}, {{interactive: false, __type__: 'update'}}];
}}"""
ONCE = """(now) => {
  const again = now === window.askedCourse;
  window.askedCourse = now;
  return [again ? null : now];
}"""
OPENED = "(now) => { window.shownCourse = window.askedCourse = now; }"
NOT_OPENED = f"() => {{ window.shownCourse = window.askedCourse = null; return {json.dumps(CLOSED)}; }}"
