"""Cases with answers that textbooks give. The source of each is named; schemas, dependencies and results are facts.

E&N: Elmasri & Navathe, Fundamentals of Database Systems, chapters on normalization and on relational design algorithms
(7th edition 14, 15). Watt: A. Watt, Database Design, 2nd edition, chapters 11 and 12. Ullman: J. Ullman, Principles of
Database Systems.
"""

import pytest

from tutor.computing.chase import lossless
from tutor.computing.closures import closure, implies
from tutor.computing.covers import minimal_cover
from tutor.computing.decompositions import bcnf_decomposition, third_normal_form_synthesis
from tutor.computing.keys import candidate_keys
from tutor.computing.normal_forms import normal_form
from tutor.computing.notation import bind, parse_dependencies, parse_parts, parse_schema, parse_set
from tutor.computing.preservation import preservation
from tutor.computing.serializability import conflict_serializability, parse_schedule

DEPARTMENT = "DEPARTMENT(Dname, Dnumber, Dmgr_ssn); Dnumber -> Dname, Dmgr_ssn; Dname -> Dnumber"
LOTS = (
    "LOTS(Property_id, County_name, Lot, Area, Price, Tax_rate); Property_id -> County_name, Lot, Area, Price, Tax_rate; "
    "County_name, Lot -> Property_id, Area, Price, Tax_rate; County_name -> Tax_rate; Area -> Price"
)
LOTS1A = (
    "LOTS1A(Property_id, County_name, Lot, Area); Property_id -> County_name, Lot, Area; County_name, Lot -> Property_id, Area"
)
TEACH = "TEACH(Student, Course, Instructor); Student, Course -> Instructor; Instructor -> Course"
EMP_PROJ = (
    "EMP_PROJ(Ssn, Pnumber, Hours, Ename, Pname, Plocation); Ssn, Pnumber -> Hours; Ssn -> Ename; Pnumber -> Pname, Plocation"
)
EMP_DEPT = (
    "EMP_DEPT(Ename, Ssn, Bdate, Address, Dnumber, Dname, Dmgr_ssn); "
    "Ssn -> Ename, Bdate, Address, Dnumber; Dnumber -> Dname, Dmgr_ssn"
)
CLIENT = (
    "Client_Interview(ClientNo, InterviewDate, InterviewTime, StaffNo, RoomNo); "
    "ClientNo, InterviewDate -> InterviewTime, StaffNo, RoomNo; StaffNo, InterviewDate, InterviewTime -> ClientNo; "
    "RoomNo, InterviewDate, InterviewTime -> StaffNo, ClientNo; StaffNo, InterviewDate -> RoomNo"
)
ST_MAJ_ADV = "St_Maj_Adv(Student_id, Major, Advisor); Student_id, Major -> Advisor; Advisor -> Major"
# Watt 12, process for 1NF to 3NF: the dependencies of the Student Grade Report (her figure 12.1)
STUDENT_COURSE = (
    "StudentCourse(StudentNo, CourseNo, CourseName, InstructorNo, InstructorName, InstructorLocation, Grade); "
    "StudentNo, CourseNo -> Grade; CourseNo -> CourseName, InstructorNo; InstructorNo -> InstructorName, InstructorLocation"
)
# Watt 11, the dependency diagram of figure 11.6
PROJECT_HOURS = (
    "P(ProjectNo, EmpNo, ProjName, EmpName, DeptNo, DeptName, HrsWork); ProjectNo -> ProjName; EmpNo -> EmpName, DeptNo; "
    "ProjectNo, EmpNo -> HrsWork; DeptNo -> DeptName"
)


@pytest.mark.parametrize(
    ("schema", "keys", "form"),
    [
        ("DEPT_LOCATIONS(Dnumber, Dlocation)", "{Dnumber, Dlocation}", "BCNF"),  # E&N: all key
        ("EMPLOYEE(Ename, Ssn, Bdate, Address, Dnumber); key: Ssn", "{Ssn}", "BCNF"),
        (DEPARTMENT, "{Dnumber} {Dname}", "BCNF"),
        ("PROJECT(Pname, Pnumber, Plocation, Dnum); key: Pnumber", "{Pnumber}", "BCNF"),
        ("WORKS_ON(Ssn, Pnumber, Hours); Ssn, Pnumber -> Hours", "{Ssn, Pnumber}", "BCNF"),
        (EMP_PROJ, "{Ssn, Pnumber}", "1NF"),  # E&N figure 14.3(b): partial dependencies
        (EMP_DEPT, "{Ssn}", "2NF"),  # E&N figure 14.3(a): transitive dependency
        (LOTS, "{Property_id} {County_name, Lot}", "1NF"),  # E&N figure 14.12(a)
        (
            "LOTS1(P, C, L, Area, Price); P -> C, L, Area, Price; C, L -> P, Area, Price; Area -> Price",
            "{P} {C, L}",
            "2NF",
        ),  # 14.12(b)
        ("LOTS2(County_name, Tax_rate); County_name -> Tax_rate", "{County_name}", "BCNF"),
        (LOTS1A, "{Property_id} {County_name, Lot}", "BCNF"),  # 14.12(c)
        (LOTS1A + "; Area -> County_name", "{Property_id} {County_name, Lot} {Lot, Area}", "3NF"),  # 14.13: FD5 added
        (TEACH, "{Student, Course} {Student, Instructor}", "3NF"),  # E&N figure 14.14
        ("EMP(Ename, Pname, Dname); Ename ->> Pname; Ename ->> Dname", "{Ename, Pname, Dname}", "BCNF"),  # E&N 14.6: not in 4NF
        ("EMP_PROJECTS(Ename, Pname); Ename ->> Pname", "{Ename, Pname}", "4NF"),
        (ST_MAJ_ADV, "{Student_id, Major} {Student_id, Advisor}", "3NF"),  # Watt 12, BCNF example 1
        (
            CLIENT,  # Watt 12, BCNF example 2
            "{ClientNo, InterviewDate} {InterviewDate, InterviewTime, StaffNo} {InterviewDate, InterviewTime, RoomNo}",
            "3NF",
        ),
        ("StaffRoom(StaffNo, InterviewDate, RoomNo); StaffNo, InterviewDate -> RoomNo", "{StaffNo, InterviewDate}", "BCNF"),
        (STUDENT_COURSE, "{StudentNo, CourseNo}", "1NF"),  # Watt 12
        (
            "CourseInstructor(CourseNo, CourseName, InstructorNo, InstructorName, InstructorLocation); "
            "CourseNo -> CourseName, InstructorNo; InstructorNo -> InstructorName, InstructorLocation",
            "{CourseNo}",
            "2NF",
        ),
        ("Instructor(InstructorNo, InstructorName, InstructorLocation); key: InstructorNo", "{InstructorNo}", "BCNF"),
        (PROJECT_HOURS, "{ProjectNo, EmpNo}", "1NF"),  # Watt 11
        (
            "R(ABCDE); A -> B; A -> C; A -> D; A -> E; B, C -> A, D, E; B, D -> A, C, E; C -> D",
            "{A} {B, C} {B, D}",
            "3NF",
        ),  # Watt 11.1
    ],
)
def test_keys_and_normal_forms(schema, keys, form):
    result = normal_form(parse_schema(schema))
    found = ["{" + ", ".join(key) + "}" for key in result.keys.keys]
    wanted = [key + "}" for key in keys.replace("} ", "}|").rstrip("}").split("}|")]
    assert sorted(map(sorted, found)) == sorted(map(sorted, wanted))
    assert result.form == form


def test_closures_in_emp_proj():
    """E&N 15.1: {Ssn}+ = {Ssn, Ename}; {Pnumber}+ = {Pnumber, Pname, Plocation}; {Ssn, Pnumber}+ is everything."""
    schema = parse_schema(EMP_PROJ)
    assert closure(schema, ["Ssn"]).closure == ("Ssn", "Ename")
    assert closure(schema, ["Pnumber"]).closure == ("Pnumber", "Pname", "Plocation")
    assert closure(schema, ["Ssn", "Pnumber"]).superkey


def test_transitivity_in_emp_dept():
    """E&N 14.2: Ssn → Dname, Dmgr_ssn can be inferred; Dname → Ssn cannot."""
    schema = parse_schema(EMP_DEPT)
    follows, does_not = (bind(one, schema.attributes) for one in parse_dependencies("Ssn -> Dname, Dmgr_ssn; Dname -> Ssn"))
    assert (implies(schema, follows).implied, implies(schema, does_not).implied) == (True, False)


@pytest.mark.parametrize(
    ("dependencies", "cover"),
    [
        ("B -> A; D -> A; A, B -> D", ["B → D", "D → A"]),  # E&N 15.1, example 1
        ("A -> B, C, D, E; C, D -> E", ["A → B", "A → C", "A → D", "C, D → E"]),  # E&N 15.1, example 2
    ],
)
def test_minimal_covers(dependencies, cover):
    assert sorted(map(str, minimal_cover(parse_schema(dependencies)).cover)) == cover


@pytest.mark.parametrize(
    ("parts", "good"),
    [
        (
            "Student, Instructor | Student, Course",
            False,
        ),  # E&N 14.5: of the three decompositions of TEACH only the third is lossless
        ("Course, Instructor | Course, Student", False),
        ("Instructor, Course | Instructor, Student", True),
    ],
)
def test_decompositions_of_teach(parts, good):
    schema = parse_schema(TEACH)
    pieces = parse_parts(parts, schema)
    assert lossless(schema, pieces).lossless == good
    assert not preservation(schema, pieces).preserved


def test_decompositions_of_emp_proj_by_the_chase():
    """E&N 15.2: EMP_LOCS and EMP_PROJ1 are lossy; EMP, PROJECT and WORKS_ON are lossless."""
    schema = parse_schema(EMP_PROJ)
    lossy = parse_parts("Ename, Plocation | Ssn, Pnumber, Hours, Pname, Plocation", schema)
    good = parse_parts("Ssn, Ename | Pnumber, Pname, Plocation | Ssn, Pnumber, Hours", schema)
    assert (lossless(schema, lossy).lossless, lossless(schema, good).lossless) == (False, True)


def test_a_chase_of_five_parts():
    """Ullman: AD, AB, BE, CDE, AE for A → C, B → C, C → D, DE → C, CE → A is lossless."""
    schema = parse_schema("R(ABCDE); A -> C; B -> C; C -> D; D, E -> C; C, E -> A")
    assert lossless(schema, [parse_set(part, schema) for part in ("AD", "AB", "BE", "CDE", "AE")]).lossless


def test_crew_by_a_multivalued_dependency():
    """A relation splits losslessly along a multivalued dependency (Fagin)."""
    schema = parse_schema("CREW(Ship, Port, Sailor); Ship ->> Port")
    assert lossless(schema, parse_parts("Ship, Port | Ship, Sailor", schema)).lossless
    assert not lossless(schema, parse_parts("Ship, Port | Port, Sailor", schema)).lossless


@pytest.mark.parametrize(
    ("schema", "relations"),
    [
        (LOTS1A + "; Area -> County_name", [["Area", "County_name"], ["Area", "Lot", "Property_id"]]),  # E&N figure 14.13
        (ST_MAJ_ADV, [["Advisor", "Major"], ["Advisor", "Student_id"]]),  # Watt 12
        (
            CLIENT,
            [["ClientNo", "InterviewDate", "InterviewTime", "StaffNo"], ["InterviewDate", "RoomNo", "StaffNo"]],
        ),  # Watt 12
        (
            STUDENT_COURSE,  # Watt 12: CourseGrade, Course, Instructor
            [
                ["CourseName", "CourseNo", "InstructorNo"],
                ["CourseNo", "Grade", "StudentNo"],
                ["InstructorLocation", "InstructorName", "InstructorNo"],
            ],
        ),
    ],
)
def test_bcnf_decompositions(schema, relations):
    assert sorted(sorted(part.attributes) for part in bcnf_decomposition(parse_schema(schema)).parts) == relations


@pytest.mark.parametrize(
    ("schema", "relations"),
    [
        # E&N 15.3, universal relation of EMP_PROJ with salary, phone and department
        (
            "U(Essn, Pno, Esal, Ephone, Dno, Pname, Plocation); Essn -> Esal, Ephone, Dno; Pno -> Pname, Plocation; "
            "Essn, Pno -> Esal, Ephone, Dno, Pname, Plocation",
            [["Dno", "Ephone", "Esal", "Essn"], ["Essn", "Pno"], ["Plocation", "Pname", "Pno"]],
        ),
        # E&N 15.3, two minimal covers lead to two designs; ours is their design Y
        ("R(PLCA); P -> L, C, A; L, C -> A, P; A -> C", [["A", "C"], ["A", "L", "P"], ["C", "L", "P"]]),
        (
            STUDENT_COURSE,
            [
                ["CourseName", "CourseNo", "InstructorNo"],
                ["CourseNo", "Grade", "StudentNo"],
                ["InstructorLocation", "InstructorName", "InstructorNo"],
            ],
        ),
    ],
)
def test_third_normal_form_by_synthesis(schema, relations):
    result = third_normal_form_synthesis(parse_schema(schema))
    found = sorted(sorted(part.attributes) for part in result.parts)
    assert found == relations
    assert not result.lost


@pytest.mark.parametrize(
    ("schedule", "cycle", "order"),
    [
        # E&N chapter 21 (transaction processing), figure 21.5: schedules A to D of T1 and T2
        ("r1(X) w1(X) r1(Y) w1(Y) r2(X) w2(X)", (), (1, 2)),
        ("r2(X) w2(X) r1(X) w1(X) r1(Y) w1(Y)", (), (2, 1)),
        ("r1(X) r2(X) w1(X) r1(Y) w2(X) w1(Y)", (1, 2, 1), None),
        ("r1(X) w1(X) r2(X) w2(X) r1(Y) w1(Y)", (), (1, 2)),
        # figure 21.8, schedules E and F of three transactions
        ("r2(Z) r2(Y) w2(Y) r3(Y) r3(Z) r1(X) w1(X) w3(Y) w3(Z) r2(X) r1(Y) w1(Y) w2(X)", (1, 2, 1), None),
        ("r3(Y) r3(Z) r1(X) w1(X) w3(Y) w3(Z) r2(Z) r1(Y) w1(Y) r2(Y) w2(Y) r2(X) w2(X)", (), (3, 1, 2)),
    ],
)
def test_schedules(schedule, cycle, order):
    result = conflict_serializability(parse_schedule(schedule))
    assert result.cycle == cycle
    assert (result.orders[0] if result.orders else None) == order


def test_a_hostile_schema_stops_at_the_limit_and_says_so():
    names = [f"{letter}{i}" for i in range(10) for letter in "AB"]
    text = f"R({', '.join(names)}); " + "; ".join(f"A{i} -> B{i}; B{i} -> A{i}" for i in range(10))
    result = candidate_keys(parse_schema(text), limit=100)
    assert (len(result.keys), result.complete) == (100, False)
    assert (
        result.steps[-1].text
        == "The search stopped at its limit of 100 candidate keys; there are more, and more attributes may be prime."
    )
    assert len(candidate_keys(parse_schema(text), limit=2000).keys) == 1024


def test_a_part_too_large_to_try_all_its_subsets_is_split_by_what_can_be_seen():
    names = [f"A{i}" for i in range(20)]
    schema = parse_schema(f"R({', '.join(names)}); " + "; ".join(f"A{i} -> A{i + 1}" for i in range(19)))
    result = bcnf_decomposition(schema)
    assert sorted(part.attributes for part in result.parts) == sorted((f"A{i}", f"A{i + 1}") for i in range(19))
    assert result.lost == ()
