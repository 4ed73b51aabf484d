"""Word lists of the made-up practice. Nobody in them exists; streets, e-mail domains and the ZIP code are invented and
telephone numbers lie in 555-0100 to 555-0199, which is kept free for fiction. Some names carry what breaks careless readers:
apostrophes, hyphens, blanks and letters of cp1252.
"""

from __future__ import annotations

LAST_NAMES: tuple[str, ...] = tuple(
    """Abernil Ashbrook Balfour Barrowby Bellamore Birchall Björnsen Blackwood Boscarne Brambley Brightwell Calloway
    Carrowby Castellan Chattoway Coldwater Copperfell Corvane D'Arcyle Dalrimple Deepdale Delamar Dovecott Drummel
    Eastlake Eldermere Elmsworth Everhart Fairbourne Fallowell Farnsby Fenwright Figuera Fosterling Foxhollow Garrowin
    Gilderoy Glenhaven Goldacre Graystoke Greenhalgh Hallowell Hartfield Hathersage Hawkswell Hazelton Heatherly
    Highmore Hollinger Honeywell Ironwood Ivorson Jesmond Juniperly Kestrelman Kingsbrook Kirkwell Lambourne Larkspur
    Lindqvist Littlefair Lockhaven Longacre Lovelace Lunsford Maplethorpe Marchbank McFarrow Meadowes Merriweather
    Milbourne Montclare Moorfield Müllerin Nightingle Norwell Núñezar O'Fallow O'Neilan Oakenfold Oldcastle Ormsbee
    Overbrook Palisser Peñarosa Pemberly Penhallow Pepperell Quillfeather Quimby Radcliff Ravensworth Redfern Ridgeway
    Rosewarne Rowntree Saltmarsh Sandoval-Pryce Silverton Somerby Springwell St. Aubyn Standish Stonebridge Summerlee
    Swansea Tamblyn Thistlewood Thornbury Tillman-Ross Trelawne Underhill Van Houtven Vintner Wainwright Wetherby
    Whitlock Willoughby Winterbourne Wolverton Woodruffe Yarborough Yewdall Zellwinger""".replace("\n", " ")
    .replace("St. Aubyn", "St.\u00a0Aubyn")
    .replace("Van Houtven", "Van\u00a0Houtven")
    .split(" ")
)
LAST_NAMES = tuple(name.replace("\u00a0", " ") for name in LAST_NAMES if name)

# first name, nickname ("" when nobody uses one)
WOMEN: tuple[tuple[str, str], ...] = (
    ("Katherine", "Kate"), ("Elizabeth", "Beth"), ("Margaret", "Meg"), ("Patricia", "Pat"), ("Jennifer", "Jen"),
    ("Ana", ""), ("Beatrix", ""), ("Chloé", ""), ("Dorothea", "Dot"), ("Esther", ""), ("Francesca", "Fran"),
    ("Gwendolyn", "Gwen"), ("Harriet", ""), ("Imogen", ""), ("Josephine", "Josie"), ("Larissa", ""), ("Matilda", "Tilly"),
    ("Noelle", ""), ("Odette", ""), ("Penelope", "Penny"), ("Renée", ""), ("Susannah", "Sue"), ("Theodora", "Thea"),
    ("Ursula", ""), ("Valentina", ""), ("Winifred", "Winnie"), ("Yolanda", ""), ("Zora", ""), ("Mary Ann", ""), ("Ingrid", ""),
)  # fmt: skip
MEN: tuple[tuple[str, str], ...] = (
    ("Robert", "Bob"), ("William", "Bill"), ("Michael", "Mike"), ("Thomas", "Tom"), ("Alexander", "Alex"), ("Benedict", ""),
    ("Cornelius", ""), ("Desmond", ""), ("Edmund", "Ned"), ("Felix", ""), ("Gideon", ""), ("Horatio", ""), ("Isidore", ""),
    ("Jasper", ""), ("Kwame", ""), ("Leopold", "Leo"), ("Magnus", ""), ("Nathaniel", "Nate"), ("Octavio", ""), ("Percival", ""),
    ("Quentin", ""), ("Raúl", ""), ("Sebastian", "Seb"), ("Tobias", "Toby"), ("Ulysses", ""), ("Vincent", "Vince"), ("Wendell", ""),
    ("Xavier", ""), ("Yusuf", ""), ("Zoltán", ""),
)  # fmt: skip
MIDDLE_INITIALS = ("", "", "", "A", "B", "C", "D", "E", "J", "K", "L", "M", "P", "R", "S", "T")
STREETS = ("Otter Lane", "Dock Road", "Lantern Way", "Heron Court", "Birch Loop", "Old Ferry Road", "Granary Street", "Pier Walk")
CITY, STATE, ZIP = "Lakeside Falls", "IL", "00099"
MAIL_DOMAIN = "mail.example"
