"""Five hundred sentences of planning, health, licensing, places and families: none is held.

Each is of the words that filters of the past have stopped councils' mail for.
"""

import pytest
from building import single
from test_evasion import is_held

MOST = 1 / 100  # of sentences made of what filters stop: it finds three, all of a bitch or an inn
PLACES = (
    *("Scunthorpe", "Penistone", "Cockermouth", "Lightwater", "Clitheroe", "Middlesex", "Essex"),
    *("Sussex", "Twatt", "Shitterton", "Wetwang", "Titty Ho", "Cockfosters", "Dorking", "Arsenal"),
    *("Pratts Bottom", "Bell End", "Sandy Balls", "Upper Dicker", "Great Cockup", "Fanny Barks"),
    *("Nether Wallop", "Crapstone", "Ugley", "Nasty", "Loose", "Hole of Horcum", "Cwm", "Pant"),
    *("Pisgah", "Sodom", "Bachelors Bump", "Slutshole Lane", "Ramsbottom", "Matching Tye"),
)
FAMILIES = (
    *("Dick", "Cox", "Cock", "Hancock", "Peacock", "Hitchcock", "Cockburn", "Hiscock", "Gay"),
    *("Titcombe", "Titmus", "Butt", "Bottomley", "Shufflebottom", "Sidebottom", "Hooker", "Wang"),
    *("Cumming", "Slaughter", "Savage", "Death", "Gore", "Moody", "Bastard", "Crapper", "Pratt"),
    *("Dyke", "Fagg", "Coon", "Paddick", "Nutter", "Loony", "Daft", "Fuchs", "Dikshit", "Kuntz"),
)
PLANNING = (
    *("the erection of a fence", "an erection over two storeys", "a screw-piled foundation"),
    *("stripping out the interior", "a dry-dock and slipway", "the blow-in insulation"),
    *("bat and great tit boxes", "the swallow holes", "a hard standing", "rear entrance works"),
    *("the cock loft", "ballcock and stopcock replacement", "nuts, bolts and flanges"),
    *("exposed rear elevations", "a dumb waiter shaft", "the execution of works by hanging tiles"),
)
HEALTH = (
    *("breast screening", "breast-feeding support", "the sexual health clinic", "anal cancer"),
    *("cervical smear tests", "prostate examinations", "bowel screening kits", "rectal bleeding"),
    *("erectile dysfunction", "vaginal prolapse", "penile implants", "chlamydia testing"),
    *("needle exchange", "heroin substitution", "suicide prevention", "self-harm awareness"),
    *("female genital mutilation awareness", "HIV testing week", "nappy and cot death advice"),
)
LICENSING = (
    *("a sexual entertainment venue", "a lap-dancing club", "an adult shop", "late-night drinking"),
    *("the Cock and Bull", "the Slaughtered Lamb", "a poisons permit", "a shotgun club"),
    *("dog breeding: three bitches", "a tattoo and piercing studio", "gambling machines"),
    *("a massage parlour", "the Black Bitch inn", "a strip of market stalls", "a firearms dealer"),
)
WELSH = (
    *("codi ffens", "sgrinio'r fron", "clinig iechyd rhywiol", "yr ast a'i chŵn bach", "y twll du"),
    *("hel cocos", "cwt y ci", "moch daear", "cachu gwartheg ar y ffordd", "y diawl o dywydd"),
)
SENTENCES = (
    *(f"The road at {each} closes on Monday for resurfacing." for each in PLACES),
    *(f"Councillors from {each} asked when the library opens again." for each in PLACES),
    *(f"Mae'r ffordd yn {each} ar gau ddydd Llun." for each in PLACES),
    *(f"Please add a site visit in {each} to the agenda of the committee." for each in PLACES),
    *(f"Tenders for the community hall at {each} were opened in public." for each in PLACES),
    *(f"Cllr {each} will chair the scrutiny panel in the new year." for each in FAMILIES),
    *(f"Mrs {each} and the residents' association sent their apologies." for each in FAMILIES),
    *(f"Could you ask Dr {each} to ring me back about the school governors?" for each in FAMILIES),
    *(f"Diolch i Ms {each} am gadeirio'r cyfarfod." for each in FAMILIES),
    *(f"Objections to {each} must reach the planning officer by 12 March." for each in PLANNING),
    *(f"The applicant wishes to amend {each} on drawing 4." for each in PLANNING),
    *(f"The neighbour at number 9 supports {each}." for each in PLANNING),
    *(f"Condition 7 covers {each}; see the officer's report." for each in PLANNING),
    *(f"The leaflet on {each} is ready for translation." for each in HEALTH),
    *(f"Posters about {each} go up in all libraries next week." for each in HEALTH),
    *(f"The health board has asked us to share dates for {each}." for each in HEALTH),
    *(f"The licensing committee will hear the application for {each}." for each in LICENSING),
    *(f"A variation was sought for {each}, and no objection was received." for each in LICENSING),
    *(f"Trading standards visited {each} and found nothing amiss." for each in LICENSING),
    *(f"Derbyniwyd ymholiad am {each} ddoe." for each in WELSH),
    *(f"Bydd y pwyllgor yn trafod {each} ddydd Iau." for each in WELSH),
)


def test_the_suite_is_as_large_as_was_asked_for():
    assert len(set(SENTENCES)) >= 500


@pytest.mark.requirement("O5")
def test_no_council_word_holds_a_mail():
    assert [each for each in SENTENCES if is_held(single(f"{each}\r\n", encoding="8bit"))] == []


@pytest.mark.requirement("O5")
def test_the_trained_classifier_finds_next_to_nothing_in_them():
    from classifiers import learned

    classifier = learned.load()
    found = [each for each in SENTENCES if any(judged.found for judged in classifier.judge(each))]
    assert len(found) <= len(SENTENCES) * MOST, found
