"""An identity provider keeps the directory by SCIM 2.0, as Entra ID and Keycloak write it."""

import re
import threading
from dataclasses import replace
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from models.audit import Action
from models.db import audit, people
from models.person import Role, Source, Standing
from quarantine.console import scim
from quarantine.console.app import PAGES
from quarantine.console.visit import Permission
from quarantine.provisioning import changed
from quarantine.settings import SignInSettings
from tests.console_sample import make_council

TOKEN = "a-long-random-token-of-the-identity-provider"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
WORK = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
USERS = "/scim/v2/Users"
NIA = {
    "schemas": [CORE, WORK],
    "userName": "Nia.Rees@cantref.example",
    "externalId": "5f2c",
    "active": True,
    "displayName": "Nia Rees",
    "name": {"givenName": "Nia", "familyName": "Rees"},
    "emails": [
        {"value": "n.rees@cantref.example", "type": "home"},
        {"value": "nia.rees@cantref.example", "type": "work", "primary": True},
    ],
    "preferredLanguage": "en-GB",
    WORK: {"department": "Housing", "manager": {"value": "gwen"}},
}
NIA_ID = "nia.rees@cantref.example"


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url)
    yield made
    made.database.close()


def client_of(council, token=TOKEN, setting=None, groups=()):
    digest = sha256(TOKEN.encode()).hexdigest() if setting is None else setting
    app = council.app(sign_in=SignInSettings(scim_token_sha256=digest, scim_groups=groups))
    return TestClient(app, headers={"authorization": f"Bearer {token}"} if token else {})


@pytest.fixture
def client(council):
    with client_of(council) as made:
        yield made


def person(council, person_id):
    with council.database.reading() as session:
        return people.get(session, person_id)


def details(council, subject):
    with council.database.reading() as session:
        found = [each.entry for each in audit.read(session, subject=subject)]
    assert {(each.actor, each.action) for each in found} == {("scim", Action.CHANGE_PERSON)}
    return [each.detail for each in found]


def patch(client, person_id, *operations):
    body = {"schemas": [PATCH], "Operations": list(operations)}
    return client.patch(f"{USERS}/{person_id}", json=body)


def is_error(response, status, kind=None):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/scim+json"
    said = response.json()
    assert (said["schemas"], said["status"]) == ([ERROR], str(status))
    assert said.get("scimType") == kind
    return True


@pytest.mark.parametrize("page", [p for p in PAGES if p.permission is Permission.PROVISION])
@pytest.mark.parametrize("token", ["", "wrong", sha256(TOKEN.encode()).hexdigest()])
def test_without_the_token_nothing_is_answered(council, page, token):
    with client_of(council, token) as client:
        response = client.request(page.method, re.sub(r"{\w+}", "gwen", page.path), json=NIA)
    assert is_error(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"
    assert "gwen" not in response.text


def test_without_a_setting_it_is_switched_off(council):
    with client_of(council, setting="") as client:
        assert is_error(client.get(USERS), 404)
    with client_of(council, token="", setting=sha256(b"").hexdigest()) as client:
        assert is_error(client.get(USERS), 401)


def test_a_user_is_created_read_and_found(council, client):
    made = client.post(USERS, json=NIA)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == made.json()["meta"]["location"]
    nia = person(council, NIA_ID)
    assert (nia.name, nia.language, nia.department, nia.manager) == (
        *("Nia Rees", "en", "Housing", "gwen"),
    )
    assert nia.addresses == ("nia.rees@cantref.example", "n.rees@cantref.example")
    assert (nia.active, nia.roles, nia.deputy, nia.informed) == (True, frozenset(), None, None)
    assert details(council, NIA_ID) == ["created"]
    assert client.get(f"{USERS}/{NIA_ID}").json() == made.json()
    for wanted in ("Nia.Rees@cantref.example", "N.REES@cantref.example"):
        found = client.get(USERS, params={"filter": f'userName eq "{wanted}"'}).json()
        assert (found["totalResults"], found["Resources"][0]["id"]) == (1, NIA_ID)
    nobody = client.get(USERS, params={"filter": 'userName eq "x@y.example"'}).json()
    assert nobody["totalResults"] == 0


def test_a_user_is_not_created_twice(council, client):
    assert client.post(USERS, json=NIA).status_code == 201
    assert is_error(client.post(USERS, json=NIA), 409, "uniqueness")
    other = {**NIA, "userName": "other@cantref.example"}
    assert is_error(client.post(USERS, json=other), 409, "uniqueness")  # another's address
    with pytest.raises(Exception, match="no such person"):
        person(council, "other@cantref.example")


def test_the_list_is_paged(client):
    every = client.get(USERS).json()
    page = client.get(USERS, params={"startIndex": 2, "count": 2}).json()
    assert page["totalResults"] == every["totalResults"] == len(every["Resources"])
    assert page["Resources"] == every["Resources"][1:3]
    assert client.get(USERS, params={"count": 0}).json()["itemsPerPage"] == 0


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"op": "Replace", "path": "active", "value": "False"}, id="Entra ID"),
        pytest.param({"op": "replace", "path": "active", "value": False}, id="RFC 7644"),
        pytest.param({"op": "replace", "value": {"active": False}}, id="without a path"),
    ],
)
def test_who_is_made_inactive_is_suspended_and_comes_back(council, client, operation):
    assert client.post(USERS, json=NIA).status_code == 201
    assert patch(client, NIA_ID, operation).json()["active"] is False
    assert person(council, NIA_ID).standing is Standing.SUSPENDED
    assert patch(client, NIA_ID, operation).status_code == 200  # again changes nothing
    back = patch(client, NIA_ID, {"op": "replace", "path": "active", "value": True})
    assert back.json()["active"] is True
    assert details(council, NIA_ID) == [
        *("created", "changed", "standing: active to suspended"),
        *("changed", "standing: suspended to active"),
    ]


@pytest.mark.requirement("A14")
@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"op": "Add", "path": f"{WORK}:manager", "value": "elin"}, id="Entra ID"),
        pytest.param(
            {"op": "replace", "path": f"{WORK}:manager", "value": {"value": "elin"}}, id="RFC 7644"
        ),
        pytest.param({"op": "replace", "path": f"{WORK}:manager.value", "value": "elin"}, id="sub"),
        pytest.param(
            {"op": "replace", "value": {WORK: {"manager": {"value": "elin"}}}}, id="without a path"
        ),
    ],
)
def test_a_manager_is_changed_and_taken_away(council, client, operation):
    assert client.post(USERS, json=NIA).status_code == 201
    response = patch(client, NIA_ID, operation)
    assert response.status_code == 200, response.text
    assert response.json()[WORK]["manager"]["value"] == "elin"
    assert person(council, NIA_ID).manager == "elin"
    assert person(council, NIA_ID).department == "Housing"
    assert details(council, NIA_ID)[-1] == "manager: gwen to elin"
    patch(client, NIA_ID, {"op": "remove", "path": f"{WORK}:manager"})
    assert person(council, NIA_ID).manager is None


def test_an_address_is_changed_as_entra_id_does(council, client):
    assert client.post(USERS, json=NIA).status_code == 201
    path = 'emails[type eq "work"].value'
    response = patch(
        client, NIA_ID, {"op": "Replace", "path": path, "value": "nia@cantref.example"}
    )
    assert response.status_code == 200, response.text
    assert person(council, NIA_ID).addresses[0] == "nia@cantref.example"


def test_an_address_that_no_mail_server_outside_knows_does_not_stand_in_the_way(council, client):
    from tests.factories import an_entry

    with council.database.writing() as session:
        gwen = replace(people.get(session, "gwen"), addresses=("gwen@localhost",))
        people.put(session, gwen, an_entry("gwen", Action.CHANGE_PERSON))
    assert client.get(USERS).status_code == 200
    off = patch(client, "gwen", {"op": "replace", "path": "active", "value": False})
    assert off.status_code == 200, off.text
    assert person(council, "gwen").addresses == ("gwen@localhost",)


def test_a_replacement_keeps_what_cannot_be_pushed(council, client):
    with council.database.writing() as session:
        from tests.factories import an_entry

        everyone = people.everyone(session)
        roles = frozenset({Role.DUTY_REVIEWER})
        changed = [
            replace(each, roles=roles, deputy="elin") if each.id == "gwen" else each
            for each in everyone
        ]
        people.replace_all(session, changed, an_entry("people", Action.IMPORT_PEOPLE))
    before = person(council, "gwen")
    body = {
        "schemas": [CORE, WORK],
        "userName": before.email,  # an address of theirs is a name of theirs
        "displayName": "Gwen Newydd",
        "active": True,
        "roles": [{"value": "administrator"}],
        "emails": [{"value": before.email, "primary": True}],
        WORK: {"department": "Legal"},
    }
    response = client.put(f"{USERS}/gwen", json=body)
    assert response.status_code == 200, response.text
    after = person(council, "gwen")
    assert (after.name, after.department) == ("Gwen Newydd", "Legal")
    assert (after.roles, after.deputy, after.language) == (roles, "elin", before.language)


def test_who_is_deleted_has_left_and_is_still_there(council, client):
    client.post(USERS, json=NIA)
    assert client.delete(f"{USERS}/{NIA_ID}").status_code == 204
    assert person(council, NIA_ID).standing is Standing.LEFT
    assert patch(client, NIA_ID, {"op": "replace", "path": "active", "value": False}).is_success
    assert person(council, NIA_ID).standing is Standing.LEFT


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param({"userName": 5}, "invalidValue", id="a name that is a number"),
        pytest.param({"userName": "a b"}, "invalidValue", id="a name with a space"),
        pytest.param({"userName": "../x"}, "invalidValue", id="a name that is a path"),
        pytest.param({"userName": None}, "invalidValue", id="no name"),
        pytest.param({"emails": [{"value": "nobody"}]}, "invalidValue", id="no address"),
        pytest.param({"active": "perhaps"}, "invalidValue", id="neither active nor not"),
        pytest.param({WORK: {"manager": {"value": "who"}}}, "invalidValue", id="unknown manager"),
        pytest.param(
            {WORK: {"manager": {"value": NIA_ID}}}, "invalidValue", id="one's own manager"
        ),
    ],
)
def test_bad_input_gets_a_scim_error_and_changes_nothing(client, change, kind):
    before = client.get(USERS).json()["totalResults"]
    assert is_error(client.post(USERS, json={**NIA, **change}), 400, kind)
    assert client.get(USERS).json()["totalResults"] == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"5", b"[" * 60_000])
def test_what_is_no_user_is_refused(client, body):
    for answer in (
        client.post(USERS, content=body),
        client.put(f"{USERS}/gwen", content=body),
        client.patch(f"{USERS}/gwen", content=body),
    ):
        assert is_error(answer, 400, answer.json().get("scimType"))


def test_what_is_too_long_is_refused(client):
    assert is_error(client.post(USERS, content=b"x" * 2_100_000), 413)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "nosuch", "value": 1},
        {"op": "explode", "path": "active", "value": True},
        {"op": "replace", "path": "userName", "value": "someone.else"},
        {"op": "replace", "path": "id", "value": "someone.else"},
        {"op": "replace", "path": f"{WORK}:manager", "value": 7},
        {"op": "replace", "path": f"{WORK}:manager", "value": "gwen"},
    ],
)
def test_a_bad_patch_is_refused(council, client, operation):
    before = person(council, "gwen")
    response = patch(client, "gwen", operation)
    assert is_error(response, 400, response.json().get("scimType"))
    assert person(council, "gwen") == before


def test_who_is_not_there_is_not_found(client):
    assert is_error(client.get(f"{USERS}/nobody"), 404)
    assert is_error(patch(client, "nobody", {"op": "remove", "path": "title"}), 404)
    assert is_error(client.delete(f"{USERS}/nobody"), 404)


@pytest.mark.parametrize(
    "wanted", ["", "userName", 'active eq "x"', "(", "'", 'userName eq "', 'userName zz "x"']
)
def test_a_filter_that_is_not_known_is_refused(client, wanted):
    assert is_error(client.get(USERS, params={"filter": wanted}), 400, "invalidFilter")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param('externalId eq "5f2c"', [NIA_ID], id="external id"),
        pytest.param(f'id eq "{NIA_ID}"', [NIA_ID], id="id"),
        pytest.param('emails.value eq "N.Rees@cantref.example"', [NIA_ID], id="an address"),
        pytest.param('emails[type eq "work" and value sw "nia"]', [NIA_ID], id="of a kind"),
        pytest.param('externalId eq "5f2c" and active eq false', [], id="and"),
        pytest.param('id eq "gwen" or externalId eq "5f2c"', ["gwen", NIA_ID], id="or"),
        pytest.param(f'{WORK}:department eq "housing"', [NIA_ID], id="of an extension"),
        pytest.param("externalId pr", [NIA_ID], id="present"),
        pytest.param('shoeSize eq "5"', [], id="unknown to us"),
    ],
)
def test_people_are_found_by_a_filter(client, wanted, found):
    assert client.post(USERS, json=NIA).status_code == 201
    answer = client.get(USERS, params={"filter": wanted}).json()
    assert [each["id"] for each in answer.get("Resources", [])] == found
    assert answer["totalResults"] == len(found)


def test_only_the_attributes_that_are_asked_for_are_given(client):
    client.post(USERS, json=NIA)
    few = client.get(f"{USERS}/{NIA_ID}", params={"attributes": "userName"}).json()
    assert set(few) == {"schemas", "id", "userName"}
    less = client.get(f"{USERS}/{NIA_ID}", params={"excludedAttributes": "emails,active"}).json()
    assert not {"emails", "active"} & set(less)
    assert is_error(client.get(USERS, params={"attributes": "a b"}), 400, "invalidValue")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": "displayName", "value": "Nia Puw"},
        {"op": "Replace", "path": "name.familyName", "value": "Puw"},
        {"op": "Add", "path": "title", "value": "Officer"},
        {"op": "Replace", "path": "externalId", "value": "77"},
        {"op": "Add", "path": "preferredLanguage", "value": "cy-GB"},
        {"op": "Add", "path": f"{WORK}:department", "value": "Legal"},
        {"op": "Add", "path": f"{WORK}:employeeNumber", "value": "7"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "+441234567890"},
        {"op": "Add", "path": 'addresses[type eq "work"].locality', "value": "Aberystwyth"},
        {"op": "replace", "value": {"displayName": "Nia Puw", "externalId": "77", "active": True}},
        {"op": "replace", "value": {"name": {"formatted": "N"}, "name.givenName": "Nia"}},
        {"op": "Remove", "path": f"{WORK}:department"},
    ],
    ids=lambda operation: str(operation.get("path", operation.get("value")))[:60],
)
def test_what_entra_id_and_keycloak_send_is_taken(council, client, operation):
    assert client.post(USERS, json=NIA).status_code == 201
    response = patch(client, NIA_ID, operation)
    assert response.status_code == 200, response.text
    assert person(council, NIA_ID).addresses[0] == NIA_ID


def test_an_external_id_is_kept_and_changed(council, client):
    assert client.post(USERS, json=NIA).json()["externalId"] == "5f2c"
    patch(client, NIA_ID, {"op": "replace", "path": "externalId", "value": "77"})
    assert person(council, NIA_ID).external_id == "77"


def test_discovery_says_what_there_is(client):
    config = client.get("/scim/v2/ServiceProviderConfig").json()
    assert (config["patch"], config["bulk"]["supported"]) == ({"supported": True}, False)
    assert config["filter"] == {"supported": True, "maxResults": 200}
    kinds = client.get("/scim/v2/ResourceTypes").json()
    assert [each["endpoint"] for each in kinds["Resources"]] == ["/Users", "/Groups"]
    assert client.get("/scim/v2/ResourceTypes/User").json() == kinds["Resources"][0]
    listed = client.get("/scim/v2/Schemas").json()["Resources"]
    assert [each["id"] for each in listed][:2] == [CORE, WORK]
    for each in listed:
        assert client.get(f"/scim/v2/Schemas/{each['id']}").json() == each
    assert is_error(client.get("/scim/v2/Schemas/urn:other"), 404)
    assert is_error(client.get("/scim/v2/Schemas", params={"filter": "id pr"}), 403)


GROUPS = "/scim/v2/Groups"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ON_DUTY = ("duty-reviewer = Porthor reviewers",)


def a_group(client, name="Porthor Reviewers", members=("elin",), **more):
    body = {
        "schemas": [GROUP],
        "displayName": name,
        "members": [{"value": each} for each in members],
        **more,
    }
    return client.post(GROUPS, json=body)


def patch_group(client, group_id, *operations):
    body = {"schemas": [PATCH], "Operations": list(operations)}
    return client.patch(f"{GROUPS}/{group_id}", json=body)


def on_duty(council):
    with council.database.reading() as session:
        return {e.id for e in people.everyone(session) if Role.DUTY_REVIEWER in e.roles}


@pytest.mark.parametrize(
    ("operation", "then"),
    [
        pytest.param(
            {"op": "Add", "path": "members", "value": [{"$ref": None, "value": "gwen"}]},
            {"elin", "gwen"},
            id="Entra ID adds",
        ),
        pytest.param(
            {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "elin"}]},
            set(),
            id="Entra ID removes",
        ),
        pytest.param(
            {"op": "remove", "path": 'members[value eq "elin"]'}, set(), id="RFC 7644 removes"
        ),
        pytest.param(
            {"op": "replace", "path": "members", "value": [{"value": "huw"}]},
            {"huw"},
            id="replaces",
        ),
        pytest.param({"op": "remove", "path": "members"}, set(), id="all"),
        pytest.param(
            {"op": "replace", "path": "displayName", "value": "Others"}, set(), id="another name"
        ),
        pytest.param(
            {"op": "replace", "value": {"displayName": "porthor reviewers"}},
            {"elin"},
            id="the same name",
        ),
    ],
)
def test_a_group_gives_its_role_and_takes_it(council, operation, then):
    with client_of(council, groups=ON_DUTY) as client:
        made = a_group(client, externalId="g1")
        assert made.status_code == 201, made.text
        assert on_duty(council) == {"elin"}
        assert details(council, "elin") == ["changed by a group", "roles: - to duty-reviewer"]
        if isinstance(operation.get("value"), dict):  # as Entra ID does, with the id
            operation["value"]["id"] = made.json()["id"]
        response = patch_group(client, made.json()["id"], operation)
        assert response.status_code == 200, response.text
        assert on_duty(council) == then
        assert client.get(made.headers["location"]).json() == response.json()
        assert response.json()["externalId"] == "g1"
        assert client.delete(made.headers["location"]).status_code == 204
        assert on_duty(council) == set()
        assert is_error(client.get(made.headers["location"]), 404)


def test_a_role_that_a_group_takes_away_meanwhile_does_not_come_back(council, monkeypatch):
    with client_of(council, groups=ON_DUTY) as client, client_of(council, groups=ON_DUTY) as other:
        group = a_group(client).headers["location"]
        leaving = threading.Thread(target=other.delete, args=(group,))

        def change_as_they_leave(*given):
            monkeypatch.setattr(scim, "changed", changed)
            leaving.start()
            leaving.join(1)
            return changed(*given)

        monkeypatch.setattr(scim, "changed", change_as_they_leave)
        named = {"op": "replace", "path": "displayName", "value": "Elin Other"}
        assert patch(client, "elin", named).status_code == 200
        leaving.join()
    assert person(council, "elin").name == "Elin Other"
    assert on_duty(council) == set()


def test_a_group_that_no_setting_names_changes_nobody(council, client):
    made = a_group(client)
    assert made.status_code == 201
    assert on_duty(council) == set()


def test_who_is_in_two_groups_keeps_the_role_of_the_other(council):
    groups = (*ON_DUTY, "duty-reviewer = Others", "hr = HR")
    with client_of(council, groups=groups) as client:
        first, _ = a_group(client), a_group(client, "others", ["elin", "gwen"])
        a_group(client, "HR", ["gwen"])
        client.delete(first.headers["location"])
        assert on_duty(council) == {"elin", "gwen"}
        assert person(council, "gwen").roles == {Role.DUTY_REVIEWER, Role.HR}
        body = {"schemas": [GROUP], "displayName": "others"}
        (found,) = client.get(GROUPS, params={"filter": 'displayName eq "Others"'}).json()[
            "Resources"
        ]
        assert client.put(f"{GROUPS}/{found['id']}", json=body).status_code == 200
        assert on_duty(council) == set()
        assert person(council, "gwen").roles == {Role.HR}
        assert person(council, "huw").roles == set()  # of a role that groups give, they alone


def test_groups_are_listed_without_their_people_where_asked(client):
    for name in ("a", "b", "c"):
        a_group(client, name, ["elin", "gwen"])
    page = client.get(GROUPS, params={"startIndex": 2, "count": 1, "excludedAttributes": "members"})
    assert (page.json()["totalResults"], len(page.json()["Resources"])) == (3, 1)
    assert "members" not in page.json()["Resources"][0]


@pytest.mark.parametrize(
    ("facts", "status", "kind"),
    [
        pytest.param({"name": " "}, 400, "invalidValue", id="no name"),
        pytest.param({"members": ["nobody"]}, 400, "invalidValue", id="nobody"),
        pytest.param({"name": "TAKEN"}, 409, "uniqueness", id="a name twice"),
    ],
)
def test_a_bad_group_is_refused(council, facts, status, kind):
    with client_of(council, groups=("duty-reviewer = taken",)) as client:
        a_group(client, "taken")
        assert is_error(a_group(client, **facts), status, kind)
        assert client.get(GROUPS).json()["totalResults"] == 1
    assert on_duty(council) == {"elin"}


def test_an_import_lets_no_one_go_whom_the_provider_keeps(council):
    from tests.factories import an_entry

    with client_of(council, groups=ON_DUTY) as client:
        client.post(USERS, json=NIA)
        patch(client, "elin", {"op": "replace", "path": "externalId", "value": "e1"})
    with council.database.writing() as session:
        given = [replace(e, external_id="") for e in people.everyone(session) if e.id == "gwen"]
        change = people.replace_all(session, given, an_entry("people", Action.IMPORT_PEOPLE))
    assert set(change.deactivated) == {"sioned", "huw"}
    assert person(council, NIA_ID).active
    assert person(council, "elin").source is Source.SCIM
    assert person(council, "elin").external_id == "e1"
    assert person(council, "gwen").source is Source.IMPORT


def test_an_import_brings_nobody_back_whom_the_provider_sent_away(council, client):
    from tests.factories import an_entry

    for off in ("elin", "huw"):
        patch(client, off, {"op": "replace", "path": "active", "value": False})
    client.delete(f"{USERS}/huw")
    with council.database.writing() as session:
        given = [replace(e, standing=Standing.ACTIVE) for e in people.everyone(session)]
        change = people.replace_all(session, given, an_entry("people", Action.IMPORT_PEOPLE))
    assert [each.person for each in change.differences] == ["gadael"]
    assert person(council, "elin").standing is Standing.SUSPENDED
    assert person(council, "huw").standing is Standing.LEFT
