"""Invented names, places and words. None of them is a real person or a real school."""

from datetime import date

PASSWORD = "demo-borough"  # noqa: S105 - published on purpose, see DEMO in settings

COUNCIL = "Demo Borough Council"
SCHOOLS = [
    ("Willowbank Primary School (demo)", "primary"),
    ("Larkfield Primary School (demo)", "primary"),
    ("Copperbeech Primary School (demo)", "primary"),
    ("Saint Aldric's Primary School (demo)", "primary"),
    ("Fennel Road Primary School (demo)", "primary"),
    ("Marlowe Street Primary School (demo)", "primary"),
    ("Northgate Academy (demo)", "secondary"),
    ("Ravenscar High School (demo)", "secondary"),
    ("Thornbury Park School (demo)", "secondary"),
    ("Ashgrove School for Girls (demo)", "secondary"),
    ("The Kestrel Academy (demo)", "secondary"),
    ("Halcyon Community School (demo)", "secondary"),
]
# name, phase, whether the provider is itself a school
PROVIDERS = [
    ("Courtyard AP (demo)", "primary", True),
    ("Bridge AP (demo)", "secondary", True),
    ("Hawthorn Learning Centre (demo)", "secondary", False),
    ("Meridian Workshop (demo)", "secondary", False),
    ("Juniper House (demo)", "all-through", True),
]

# Half terms of the demo borough by academic year: first day, and the day after the last.
HALF_TERMS = {
    2023: [("0904", "1021"), ("1030", "1222"), ("0108", "0210"),
           ("0219", "0329"), ("0415", "0525"), ("0603", "0724")],
    2024: [("0902", "1026"), ("1104", "1221"), ("0106", "0215"),
           ("0224", "0405"), ("0422", "0524"), ("0602", "0723")],
    2025: [("0901", "1025"), ("1103", "1220"), ("0105", "0214"),
           ("0223", "0328"), ("0413", "0523"), ("0601", "0722")],
    2026: [("0901", "1024"), ("1102", "1219"), ("0104", "0213"),
           ("0222", "0326"), ("0412", "0529"), ("0607", "0723")],
    2027: [("0901", "1023"), ("1101", "1218"), ("0104", "0212"),
           ("0221", "0401"), ("0418", "0527"), ("0605", "0722")],
}  # fmt: skip

FORENAMES = {
    "F": ["Amara", "Bethan", "Chidera", "Dalia", "Elowen", "Farah", "Greta", "Hana", "Isla", "Jamila", "Keira", "Leila", "Maya", "Nadia", "Orla", "Priya", "Rosa", "Safiya", "Tilda", "Uma", "Verity", "Wren", "Yasmin", "Zofia", "Ayesha", "Bronte"],
    "M": ["Adeyemi", "Bilal", "Callum", "Dario", "Elias", "Femi", "Gethin", "Hamza", "Idris", "Jonah", "Kofi", "Liam", "Mateo", "Nabil", "Omar", "Pavel", "Quentin", "Reuben", "Samir", "Tobias", "Uche", "Viktor", "Wilf", "Yusuf", "Zane", "Arlo"],
}  # fmt: skip
SURNAMES = [
    "Abara",
    "Bellweather",
    "Castellan",
    "Dunmore",
    "Ekwueme",
    "Fairholm",
    "Gallowglass",
    "Harrowby",
    "Ivanko",
    "Jessamy",
    "Kirabo",
    "Lanyon",
    "Merrigan",
    "Nakato",
    "Oakshott",
    "Penhallow",
    "Quillfeather",
    "Ravensdale",
    "Sandoval",
    "Tamsin",
    "Umarji",
    "Vantongeren",
    "Whitlow",
    "Yarborough",
    "Zielonka",
    "Ashdown",
    "Birdwhistle",
    "Corrigan",
    "Dellacroix",
    "Emberson",
]
ETHNICITIES = ["WBRI", "WOTH", "BCRB", "BAFR", "MWBC", "ABAN", "OOTH", "MOTH"]

CONCERNS = {
    "at risk": "Leaves lessons several times a week and argues with staff when asked to return. "
    "Three internal exclusions this half term.",
    "suspension": "Suspended for three days after a fight at lunch. Calm in small groups, "
    "overwhelmed in the corridor.",
    "permanent exclusion": "Permanently excluded. The governing board meets this month.",
    "medical": "Has not been able to attend since the operation; the consultant expects a slow "
    "return over two terms.",
    "semh": "Anxious in school since the autumn, attends mornings only, works well one to one.",
    "other": "Moved here in the year and has had no school place for six weeks.",
}
TRIED = "Key worker, quiet room, reduced corridor time, meetings with the family every two weeks."
HOPED = "Back in lessons for most of the week by the end of the next term."
PUPIL_VIEWS = [
    "I want to come back when it is calmer.",
    "I like making things. I do not like the canteen.",
    "Nobody asked me before. I want to be in a smaller class.",
    "",
]
PARENT_VIEWS = [
    "We want help now, and we want to know how the way back looks.",
    "We agree with the referral.",
    "",
]
QUESTION = "Which lessons go well at the moment?"
DECISIONS = {
    1: "Outreach can work with staff and the pupil in school: the relationships there are good.",
    2: "A short placement to assess need and rebuild routine, with a return date from the start.",
    3: "A longer placement: earlier support has been tried and the pupil needs a fresh start.",
    0: "The school has support open to it that has not been tried yet. Please try that first; "
    "we will look again in six weeks.",
}
END_REASON = "The agreed time is over. The pupil returns to the home school."
PURPOSE = "Rebuild attendance and routine, assess need, agree the return with the home school."


def half_terms(year: int) -> list[tuple[date, date]]:
    """Return the demo half terms of an academic year; the last known pattern for later ones."""
    known = year if year in HALF_TERMS else max(HALF_TERMS)
    return [
        tuple(_day(year, text) for text in pair)  # type: ignore[misc]
        for pair in HALF_TERMS[known]
    ]


def _day(year: int, text: str) -> date:
    month = int(text[:2])
    return date(year if month >= 9 else year + 1, month, int(text[2:]))


OBJECTIVES = [
    ("Comes to nine sessions of ten", "The register over four school weeks"),
    ("Asks for help before leaving a room", "Tutors' notes, and the pupil's own words"),
]
PROGRESS = "Comes more often than at first, and stays in the room for whole lessons."
ATTENDED = "The tutor, the school's SENCO, the parent and the pupil"
PUPIL_SAYS = "People listened. I would tell a friend to come."
