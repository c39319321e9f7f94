"""A file is a student's if the class says so without doubt, and otherwise nobody's."""

from dataclasses import replace

import pytest

from autograders.gradebook.roster import WITHDRAWN, Person, Roster
from autograders.gradebook.tables import RosterError
from autograders.lms.names import form_of, key, readings, wrapper_of
from autograders.lms.people import Class, participants_of, sort_out

from .downloads import ADA, BOB, NAME, canvas_name, moodle_prefix

ZOE = Person("zoe", "Zimmer", "Zoe", "zoe@uni.edu", "900", "S3", "zoe")


def owners(places, *people, worksheet=None):
    found = sort_out(places, Class(Roster({one.student: one for one in people}), worksheet))
    return {e.place: student for student, of in found.of.items() for e in of}, found.aside


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("called", [NAME, f"Copy of {NAME}", "a_b-1.ipynb", "7_8_9.ipynb", "ü.zip"])
def test_a_name_of_canvas_is_read_back_in_all_its_parts(called, late):
    place = canvas_name(BOB, 901, called, late=late)
    [entry, *_] = readings(place, form_of([place]))
    assert (entry.owner, entry.file, entry.path, entry.late) == ("7002", 901, called, late)
    assert entry.prefix + entry.path == place
    assert owners([place], ADA, BOB) == ({place: "bob"}, {})


@pytest.mark.parametrize("end", ["/", "_/", "_"])
def test_a_name_of_moodle_is_read_back_in_each_of_its_three_forms(end):
    place = f"{moodle_prefix(BOB, 11)}{end}{NAME}"
    [entry] = readings(place, form_of([place]))
    assert (entry.owner, entry.path, entry.prefix) == ("11", NAME, place.removesuffix(NAME))
    assert owners([place], ADA, BOB) == ({place: "bob"}, {})


def test_a_download_that_was_unpacked_and_packed_again_is_read_as_before():
    for place in (canvas_name(ADA, 1, NAME), f"{moodle_prefix(ADA, 11)}_/{NAME}"):
        assert owners([f"all of them/{place}"], ADA)[0] == {f"all of them/{place}": "ada"}
    assert wrapper_of([f"{moodle_prefix(ADA, 11)}_/{NAME}"]) == ""


def test_names_are_compared_as_both_platforms_leave_them():
    assert key("O'Brien-Ḱ, Bob") == key("o brien ḱ bob") == key("OBRIEN_ḰBOB")
    assert key("कि") != key("का") and key("Ada") != key("Adá")


# Canvas


@pytest.mark.parametrize(
    ("person", "user"),
    [
        (Person("s", sis_id="7001"), "7001"),
        (Person("s", login="7001"), "7001"),
        (Person("7001"), "7001"),
        (Person("s", email="7001"), "7001"),
    ],
)
def test_canvas_numbers_are_compared_with_no_other_kind_of_id(person, user):
    place = canvas_name(ADA, 901, NAME, user=user)
    found, aside = owners([place], person)
    assert found == {} and "nobody in the class" in aside[place]


def test_a_number_and_a_name_that_are_two_people_make_nobody():
    place = canvas_name(ADA, 901, NAME, user="7002")
    found, aside = owners([place], ADA, BOB)
    assert found == {} and "lms_id 7002 is bob" in aside[place]
    assert "lovelaceada" in aside[place]


def test_a_name_is_enough_only_while_its_holder_has_no_other_number():
    place = canvas_name(ADA, 901, NAME)
    assert owners([place], replace(ADA, lms_id=""))[0] == {place: "ada"}
    found, aside = owners([place], replace(ADA, lms_id="6"))
    assert found == {} and "7001 is not the lms_id of ada, which is 6" in aside[place]


def test_two_people_of_one_name_are_told_apart_by_number_and_never_by_name():
    twin = replace(ADA, student="ada2", lms_id="7003", email="", sis_id="", login="")
    places = [canvas_name(ADA, 901, NAME), canvas_name(twin, 902, NAME)]
    assert owners(places, ADA, twin)[0] == dict(zip(places, ("ada", "ada2")))
    bare = [replace(one, lms_id="") for one in (ADA, twin)]
    found, aside = owners(places, *bare)
    assert found == {} and all("ada or ada2" in why for why in aside.values())


def test_a_name_that_is_also_another_persons_name_turned_round_is_nobodys():
    turned = Person("t", "Ada", "Lovelace")
    place = canvas_name(ADA, 901, NAME)
    found, aside = owners([place], replace(ADA, lms_id=""), turned)
    assert found == {} and "ada or t" in aside[place]


def test_two_numbers_for_one_name_leave_both_aside():
    bare = replace(ADA, lms_id="")
    places = [canvas_name(bare, 901, NAME, user="5"), canvas_name(bare, 902, NAME, user="6")]
    found, aside = owners(places, bare)
    assert found == {} and set(aside) == set(places)
    assert "5 and 6 would both be ada" in aside[places[0]]


def test_a_student_who_takes_anothers_number_into_their_name_does_not_get_their_mark():
    place = f"obrienḱbobélie_7002_7001_900_{NAME}"
    found, aside = owners([place], ADA, BOB)
    assert found == {} and "read as bob or ada" in aside[place]


def test_a_file_number_that_is_a_classmates_user_number_is_left_to_a_person():
    place = canvas_name(ADA, 900, NAME)
    found, aside = owners([place], ADA, ZOE)
    assert found == {} and "ada or zoe" in aside[place]
    assert owners([place.replace(NAME, "final.ipynb")], ADA, ZOE)[0] != {}


@pytest.mark.parametrize(
    "place",
    [
        f"anon_7001_900_{NAME}",
        f"anon_xK3pQ_900_{NAME}",
        "lovelaceada_7001_text.html",
        "lovelaceada_7001_link.html",
        f"bobs folder/{canvas_name(ADA, 1, NAME)}",
        NAME,
        "_7001_900_",
    ],
)
def test_what_canvas_does_not_call_a_file_of_a_known_person_is_said_and_left(place):
    nameless = Person("n", lms_id="7001")
    found, aside = owners([place, "x.txt"], nameless)
    assert found == {} and set(aside) == {place, "x.txt"}


def test_two_files_of_one_name_are_left_aside_both():
    place = canvas_name(ADA, 901, NAME)
    found, aside = owners([place, place], ADA)
    assert found == {} and "two files" in aside[place]


def test_who_is_withdrawn_is_said():
    place = canvas_name(ADA, 901, NAME)
    found, aside = owners([place], replace(ADA, status=WITHDRAWN))
    assert found == {} and aside == {place: "ada is withdrawn"}


def test_a_class_with_a_name_that_leads_elsewhere_is_refused():
    with pytest.raises(RosterError, match="cannot be the name of a folder"):
        owners([canvas_name(ADA, 901, NAME)], replace(ADA, student="../../bob"))


# Moodle


def test_moodles_number_is_of_the_assignment_and_is_never_taken_for_a_users():
    place = f"{moodle_prefix(ADA, 7002)}/{NAME}"
    assert owners([place], ADA, BOB)[0] == {place: "ada"}
    stranger = f"Eve Eden_7001_assignsubmission_file/{NAME}"
    found, aside = owners([stranger], ADA, BOB)
    assert found == {} and "'Eve Eden' is nobody" in aside[stranger]


@pytest.mark.parametrize(
    "place",
    [
        f"Default group_assignsubmission_file/Bob Élie OBrien-Ḱ_12_assignsubmission_file/{NAME}",
        f"Default group_assignsubmission_file/obrienḱbobélie_7002_900_{NAME}",
        "Bob Élie OBrien-Ḱ_12_assignsubmission_onlinetext/onlinetext.html",
        f"Participant_12_assignsubmission_file/{NAME}",
        f"Bob Élie OBrien-Ḱ_x_assignsubmission_file/{NAME}",
    ],
)
def test_only_moodles_own_part_of_a_path_says_whose_it_is(place):
    found, aside = owners([place], ADA, BOB)
    assert found == {} and set(aside) == {place}


def test_two_participants_of_one_name_are_told_apart_by_the_worksheet_alone(tmp_path):
    twin = replace(ADA, student="ada2", lms_id="", email="a2@uni.edu", sis_id="", login="")
    places = [f"{moodle_prefix(ADA, number)}_/{NAME}" for number in (11, 12)]
    for people in ([ADA], [ADA, twin]):
        found, aside = owners(places, *people)
        assert found == {} and set(aside) == set(places)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Kennung;Vollständiger Name;E-Mail-Adresse;Status\n"
        "Teilnehmer/in11;Ada Lovelace;A2@uni.edu;\nTeilnehmer/in12;Ada Lovelace;ada@uni.edu;\n",
        "utf-8-sig",
    )
    found, aside = owners(places, ADA, twin, worksheet=participants_of(sheet))
    assert (found, aside) == (dict(zip(places, ("ada2", "ada"))), {})
    found, aside = owners(places, ADA, worksheet=participants_of(sheet))
    assert found == {places[1]: "ada"} and "nobody in the class" in aside[places[0]]


def test_a_line_of_the_worksheet_with_the_ids_of_two_is_nobody(tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Identifier,Full name,ID number,Email address\nParticipant 11,Ada,S2,ada@uni.edu\n"
    )
    place = f"{moodle_prefix(ADA, 11)}/{NAME}"
    found, aside = owners([place], ADA, BOB, worksheet=participants_of(sheet))
    assert found == {} and "ada or bob" in aside[place]


@pytest.mark.parametrize(
    "text",
    [
        "Identifier,Full name\nParticipant 11,Ada\n",
        "Full name,Email address\nAda,ada@uni.edu\n",
        "Identifier,Email address\nParticipant 11,a\nParticipant 11,b\n",
        "",
    ],
)
def test_a_worksheet_that_says_nothing_sure_is_refused(tmp_path, text):
    (tmp_path / "sheet.csv").write_text(text)
    with pytest.raises(RosterError):
        participants_of(tmp_path / "sheet.csv")
