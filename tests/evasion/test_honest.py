"""Ordinary mail of a council with words and numbers that trip filters: none of it waits."""

import pytest
from building import attached, single
from in_files import document, zipped
from test_evasion import is_held

ORDINARY = (
    "Planning application 21/00482/FUL: erection of a fence at 14 High Street, Penistone.",
    "Councillors for Scunthorpe, Penistone, Lightwater, Clitheroe and Sussex attended.",
    "Breast screening will be held at the mobile unit; the sexual health clinic moves in March.",
    "Licence variation for the Cock and Bull and for a sexual entertainment venue in Lower Dicker.",
    "Mr Dick, Ms Cox, Mrs Hancock, Dr Cockburn, Cllr Hiscock and Ms Titcombe sent apologies.",
    "The assistant assessed the class assessments of the Arsenal supporters' association.",
    "Kennel licence: three bitches and one dog. The dog fouling report is enclosed.",
    "Twatt in Orkney, Shitterton and Wetwang are on the electoral roll of place names.",
    "The bastard sword exhibit and a cripple creek footbridge; a stupid typo on page 3, sorry.",
    "Watch your back when lifting: manual handling training. You will not regret coming.",
    "Thank you. Are useless kettles collected by the bulky waste team? Yes.",
    "OFFICIAL",
    "Classification: OFFICIAL",
    "Training: how to mark documents OFFICIAL-SENSITIVE and when not to. The course is on Monday.",
    "Official sensitive issues were raised at the officials' sensitivity training.",
    "This email is confidential and may be privileged. If you are not the recipient delete it.",
    "RESTRICTED PARKING ZONE EXTENDED",
    "Without prejudice to the generality of the foregoing, clause 4 applies.",
    "Tender notice: school transport, published on Sell2Wales, closing date 12 March.",
    "Bids must be in before the tender closes. The contract went to Jones Ltd for £482,500.",
    "Our bid is for City of Culture.",
    "The competitor's price match: quote £12 at the till.",
    "Derbyniwyd y cynnig isaf gan y pwyllgor. Y tendr am gludiant: cyhoeddwyd yr hysbysiad.",
    "Mae'r cais cynllunio am godi ffens. Clinig iechyd rhywiol a sgrinio'r fron, dydd Mawrth.",
    "Y diawl o dywydd! Bydd yr ast a'i chŵn bach yn y sioe. Caewch y giât a'ch drysau.",
    "Invoice number 4417123456789113, purchase order PO 7700123456, amount 1,240.00 pounds.",
    "Your order 4539578763621486 has tracking number 1Z999AA10123456784.",
    "Hotel confirmation 4539148803436467; meeting ID: 982 1234 5678.",
    "ISBN 978-0-306-40615-7 and ISBN 0-306-40615-2; EAN 4006381333931; IMEI 490154203237518.",
    "Call 01248 352 123 or +44 1286 672255. Ffoniwch 03000 603 200. Symudol 07700 900123.",
    "Patients: ring NHS 111 Wales, or 029 2087 1234 for patient transport. GIG 0300 123 4567.",
    "Budget codes 4000 1200 3300 5600; 12 13 14 15 16 17 18 19 20 21 22 23 24 25; 2019 2020 2021.",
    "Minutes ref 12345678 of 12-03-24. Our sort code is on the invoice.",
    "WE 200000 A YEAR IS THE SALARY BAND",
    "Site address: 14 Ffordd y Môr, Barmouth LL42 1NA; applicant Jones Builders Ltd.",
    "Our address is Neuadd y Dref, 12 High Street, Pwllheli LL53 5RT. The library has moved to it.",
    "The digest is d41d8cd98f00b204e9800998ecf8427e; lot 0.4111111111111111 is the share.",
    "Arfon\t17\t7542\t6731352\t76\t3208\t20\t445\t3181599\r\nDwyfor\t22\t5255\t704\t374\t671272",
)
FILES = {
    "LibreOffice's empty settings": zipped(
        **{
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": "<o/>",
            "Configurations2/accelerator/current.xml": "",
        }
    ),
    "digits in a picture": b"\x89PNG\r\n\x1a\n" + b"\0\0" + b"5476676676676654\0\1" * 9,
}
SIGNATURE = (
    "\r\n\r\nAnn Jones\r\nSwyddog Cynllunio / Planning Officer\r\nStryd y Castell, LL55 1SH\r\n"
    "Ffôn/Tel: 01286 672255 Mobile: 07700 900123\r\nOFFICIAL / SWYDDOGOL\r\n\r\n"
    "Mae'r e-bost hwn yn gyfrinachol a gall fod yn freintiedig."
)
NEWSLETTER = (
    '<div style="display:none;font-size:0">View in browser</div><table><tr>'
    '<td style="color:#ffffff;background:#036">Cyngor</td></tr><tr><td><p>{}</p></td></tr></table>'
    '<a href="https://www.example.wales/u?u=9434765919&id=4417123456789113">Unsubscribe</a>'
)


@pytest.mark.requirement("O5")
@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_mail_passes(text):
    markup = text.replace("&", "&amp;").replace("<", "&lt;")
    shapes = {
        "plain": single(f"{text}\r\n", encoding="8bit"),
        "signed": single(f"Annwyl John,\r\n\r\n{text}{SIGNATURE}", encoding="8bit"),
        "newsletter": single(NEWSLETTER.format(markup), kind="text/html; charset=utf-8"),
        "attached": attached(document(f"<w:p><w:r><w:t>{markup}</w:t></w:r></w:p>"), "a.docx"),
        "in capitals": single(text.upper(), encoding="8bit"),
    }
    assert [shape for shape, raw in shapes.items() if is_held(raw)] == []


@pytest.mark.requirement("A8")
@pytest.mark.parametrize("name", FILES)
def test_ordinary_files_pass(name):
    assert not is_held(attached(FILES[name]))
