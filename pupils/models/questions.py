"""What a young person or a parent is asked: a small set in plain words, one question a screen.

Written for a reading age of nine: short sentences, words of every day. A test counts.
"""

from dataclasses import dataclass

from django.db import models


class Who(models.TextChoices):
    """Whose words they are."""

    PUPIL = "pupil", "The young person"
    PARENT = "parent", "A parent or carer"


class About(models.TextChoices):
    """What somebody is asked for."""

    PLAN = "plan", "The plan of what comes next"
    REVIEW = "review", "The review of the placement"
    PANEL = "panel", "The panel meeting"


class Face(models.TextChoices):
    """Five simple faces, each with its words."""

    VERY_GOOD = "very good", "Very good"
    GOOD = "good", "Good"
    SO_SO = "so so", "So so"
    BAD = "bad", "Bad"
    VERY_BAD = "very bad", "Very bad"


@dataclass(frozen=True)
class Question:
    """One screen."""

    slug: str
    words: str
    hint: str = ""
    has_faces: bool = False


WHY = "Say why if you like."
FIRST = {
    (Who.PUPIL, About.PLAN): ("plan", "How do you feel about your plan?"),
    (Who.PUPIL, About.REVIEW): ("place", "How is it where you go now?"),
    (Who.PUPIL, About.PANEL): ("going", "How are things for you now?"),
    (Who.PARENT, About.PLAN): ("plan", "How do you feel about the plan?"),
    (Who.PARENT, About.REVIEW): ("place", "How is the place where your child goes now?"),
    (Who.PARENT, About.PANEL): ("going", "How are things for your child now?"),
}
THEN = {
    Who.PUPIL: [
        Question("good", "What goes well?", "It can be a small thing."),
        Question("hard", "What is hard for you?", "You can skip this."),
        Question("next", "What do you want next?", "Think of next week, or of next year."),
        Question("help", "Who or what can help you?", "A person, a place, a thing to try."),
        Question("disagree", "Do you not agree with something?", "Tell us what, and why."),
        Question("else", "What else do you want to say?", "Anything you like."),
    ],
    Who.PARENT: [
        Question("good", "What goes well?", "It can be a small thing."),
        Question("hard", "What is hard?", "At home, at school, or on the way."),
        Question("next", "What do you want for your child next?", "Next week, or next year."),
        Question("help", "Who or what can help?", "A person, a place, a thing to try."),
        Question("disagree", "Do you not agree with something?", "Tell us what, and why."),
        Question("else", "What else do you want to say?", "Anything you like."),
    ],
}


def questions_of(who: str, about: str) -> list[Question]:
    """Return what is asked, in order."""
    slug, words = FIRST[Who(who), About(about)]
    return [Question(slug, words, WHY, has_faces=True), *THEN[Who(who)]]


QUESTIONS = {
    question.slug: question
    for who in Who
    for about in About
    for question in questions_of(who, about)
}
