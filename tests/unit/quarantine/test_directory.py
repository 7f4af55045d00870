"""People from CSV, what the directory lacks, and who was told of the monitoring."""

from datetime import date
from importlib.resources import files

import pytest
from factories import a_person

from models.errors import SettingInvalid
from models.person import Role, Standing
from quarantine.directory import Coverage, Lack, coverage, lacks, read_people

HEADER = "id,name,addresses,manager,deputy,alternate,roles,standing,active,informed,informed_by\n"


def read(tmp_path, text, header=HEADER, encoding="utf-8"):
    path = tmp_path / "people.csv"
    path.write_bytes((header + text).encode(encoding))
    return read_people(path)


def test_every_column_is_read(tmp_path):
    people = read(
        tmp_path,
        "gwen,Gwen Morgan,g@c.example g2@c.example,,,nia,duty-reviewer hr,suspended,,2026-09-01,"
        "letter\n"
        "nia,Nia Hughes,n@c.example,gwen,,,,,,,\n",
    )
    gwen, nia = people
    assert gwen.addresses == ("g@c.example", "g2@c.example")
    assert (gwen.alternate, gwen.standing) == ("nia", Standing.SUSPENDED)
    assert gwen.roles == {Role.DUTY_REVIEWER, Role.HR}
    assert (gwen.informed, gwen.informed_by) == (date(2026, 9, 1), "letter")
    assert (nia.manager, nia.standing, nia.informed, nia.language) == (
        "gwen",
        Standing.ACTIVE,
        None,
        "cy",
    )


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_as_spreadsheets_write_it(tmp_path, mark, encoding):
    header = "id,name,addresses,active\n".replace(",", mark)
    people = read(tmp_path, mark.join(["a", "Â", "a@c.example", "no\n"]), header, encoding)
    assert [(each.id, each.name, each.standing) for each in people] == [("a", "Â", Standing.LEFT)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("A,x,a@c.example" + "," * 8, 'id is "A"', id="a capital"),
        pytest.param("a,x,nothing" + "," * 8, "addresses: expected", id="no address"),
        pytest.param(
            "a,x,a@c.example,ghost" + "," * 7, "not in the file", id="a manager elsewhere"
        ),
        pytest.param("a,x,a@c.example,,,ghost" + "," * 5, 'alternate of "a"', id="an alternate"),
        pytest.param("a,x,a@c.example,a" + "," * 7, "same person", id="their own manager"),
        pytest.param("a,x,a@c.example,,,,king,,,,", 'roles: "king"', id="a role"),
        pytest.param("a,x,a@c.example,,,,,asleep,,,", 'standing is "asleep"', id="a standing"),
        pytest.param("a,x,a@c.example,,,,,,,soon,", 'informed is "soon"', id="a date"),
        pytest.param("a,x,a@c.example,,,,,,,," + "x" * 41, "informed_by", id="a long how"),
    ],
)
def test_a_mistake_is_told_by_line(tmp_path, line, said):
    with pytest.raises(SettingInvalid, match=r"people\.csv") as caught:
        read(tmp_path, line + "\n")
    assert said in str(caught.value)


def test_every_mistake_is_told_at_once(tmp_path):
    with pytest.raises(SettingInvalid) as caught:
        read(tmp_path, "A,x,a@c.example,,,,,,,,\nb,x,none,,,,,,,,\n")
    assert len(str(caught.value).splitlines()) == 2


def test_the_sample_lacks_nothing(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes((files("gateway.sample") / "people.csv").read_bytes())
    people = {each.id: each for each in read_people(path)}
    assert set(lacks(people)) == set()


@pytest.mark.requirement("M2")
@pytest.mark.parametrize(
    ("people", "lack", "ids"),
    [
        pytest.param([a_person("a")], Lack.MANAGER, ("a",), id="no manager"),
        pytest.param(
            [a_person("a", manager="b"), a_person("b", manager="a")],
            Lack.CIRCLE,
            ("a", "b"),
            id="a circle",
        ),
        pytest.param(
            [a_person("a", manager="b"), a_person("b", standing=Standing.LEFT)],
            Lack.MANAGER_GONE,
            ("a",),
            id="the manager has left",
        ),
        pytest.param(
            [a_person("a", deputy="b"), a_person("b", standing=Standing.SUSPENDED)],
            Lack.DEPUTY_GONE,
            ("a",),
            id="the deputy is suspended",
        ),
        pytest.param([a_person("a", manager="b"), a_person("b")], Lack.DEPUTY, ("b",), id="deputy"),
        pytest.param(
            [a_person("a", manager="b"), a_person("b", roles=frozenset({Role.ADMINISTRATOR}))],
            Lack.MANAGER_RUNS_IT,
            ("b",),
            id="a manager who runs the system",
        ),
        pytest.param([a_person("a")], Lack.NOT_INFORMED, ("a",), id="not told"),
        pytest.param([a_person("a")], Lack.ON_DUTY, ("-",), id="nobody on duty"),
        pytest.param(
            [a_person("a", roles=frozenset({Role.DUTY_REVIEWER}))],
            Lack.ON_DUTY,
            ("a",),
            id="one on duty",
        ),
        pytest.param(
            [a_person("a", roles=frozenset({Role.SENSITIVE_REVIEWER}))],
            Lack.SENSITIVE,
            ("a",),
            id="one who may see what few may",
        ),
        pytest.param(
            [a_person("a", roles=frozenset({Role.NAMED_OFFICER}))],
            Lack.NAMED_OFFICERS,
            ("a",),
            id="one named officer, who cannot agree alone",
        ),
    ],
)
def test_what_the_directory_lacks(people, lack, ids):
    assert lacks({each.id: each for each in people})[lack] == ids


@pytest.mark.requirement("L7")
def test_coverage_counts_who_was_told_by_department():
    told = date(2026, 1, 5)
    people = [
        a_person("a", department="Housing", informed=told),
        a_person("b", department="Housing"),
        a_person("c", department="Housing", informed=date(2027, 1, 1)),
        a_person("d", department="Legal", informed=told, standing=Standing.LEFT),
    ]
    assert coverage(people, date(2026, 11, 24)) == (
        Coverage(department="Housing", people=3, informed=1),
    )
