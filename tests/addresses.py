"""What stands in the addresses of pages, for the sweeps: rows of one side of the small borough."""

from typing import Any

from referrals.models import Tier

OFFER_PAGES = ["accept", "decline", "cancel"]
PLACEMENT_PAGES = [
    "rate",
    "lead",
    "pause",
    "resume",
    "extend",
    "objective",
    "review",
    "award",
    "step",
    "end",
]
PLAN_PAGES = [
    "change",
    "target",
    "gate",
    "send",
    "close",
    "disagree",
    "family",
    "begin",
    "week-review",
    "week-sessions",
    "week-agree",
    "week-change",
    "week-add",
    "stop",
    "complete",
    "check",
]
PACK_PAGES = [
    "pack",
    "pack-change",
    "pack-freeze",
    "pack-delete",
    "pack-pdf",
    "pack-file",
    "pack-workbook",
    "pack-comment",
]
CASE_PAGES = ["panel-case-change", "panel-case-withdraw", "panel-declare"]
INSTRUMENT_PAGES = ["instrument-change", "scale-add", "bands-confirm"]
SCALE_PAGES = ["scale-change", "bands"]
OWN_PAGES = [
    "commissioned",
    "commissioned-change",
    "commissioned-outcome",
    "commissioned-check",
]
TIMETABLE_PAGES = ["timetable", "timetable-renew", "timetable-review", "timetable-end"]
SUSPENSION_PAGES = ["", "-change", "-follow", "-cancel"]
EXCLUSION_PAGES = ["", "-change", "-follow", "-withdraw"]
AGREED_PAGES = ["support", "support-end", "support-meet", "support-review", "support-assign"]
DRAFT_PAGES = ["support-agree", "support-change"]
PATHWAY_PAGES = ["pathway", "pathway-change", "pathway-close", "step-add"]
OUTREACH_PAGES = ["support", "change", "close", "cancel", "cycle-begin", "cycle-review"]
OF_PUPIL_PAGES = ["visit-plan", "reward-give", "display-agree", "pathway-open"]
VOICE_PAGES = ["voice", "voice-respond", "voice-sum-up", "voice-recording"]
OPEN_VOICE_PAGES = ["voice-renew", "voice-cancel"]
ONWARD_PAGES = [
    "coach",
    "coach-contact",
    "activity-add",
    "activity-record",
    "application-add",
    "application-change",
    "guarantee",
    "grades",
    "enrolled",
    "destination-check",
]
SAY_PAGES = ["", "-all", "-take-back", "-leave", "-question", "-recording"]
PUPIL_PAGES = ["chronology", "referrals", "placements", "attendance"]
IMPORT_PAGES = ["import", "import-columns", "import-give-up"]
FEED_TOKEN = "a-secret-that-a-calendar-program-holds"


def values(world: Any, rows: Any) -> dict[tuple[str, str], object]:
    """Return what to put into the routes of the URL map, by route and by name in it."""
    return {
        ("reporting:pupil", "uid"): rows.pupil.uid,
        **dict.fromkeys(
            [(f"reporting:pupil-{page}", "uid") for page in PUPIL_PAGES], rows.pupil.uid
        ),
        **dict.fromkeys(
            [(f"referrals:filter-{verb}", "uid") for verb in ("rename", "delete")],
            rows.saved.uid,
        ),
        ("reporting:measure", "slug"): "attendance-ap",
        ("reporting:terms-file", "slug"): "attendance-ap",
        ("reporting:children", "slug"): "attendance-ap",
        **dict.fromkeys(
            [(f"reporting:tables-{page}", "year") for page in ("month", "export")], 1999
        ),
        **dict.fromkeys(
            [(f"reporting:tables-{page}", "month") for page in ("month", "export")], 9
        ),
        ("reporting:target", "slug"): "attendance-ap",
        ("reporting:since", "slug"): "attendance-ap",
        ("reporting:pack-comment", "slug"): "attendance-ap",
        **dict.fromkeys([(f"reporting:{page}", "uid") for page in PACK_PAGES], world.pack.uid),
        ("reporting:target-set", "slug"): "attendance-ap",
        ("reporting:target-review", "pk"): world.target.pk,
        ("pupils:change", "uid"): rows.pupil.uid,
        ("pupils:census-items", "uid"): rows.pupil.uid,
        ("pupils:contact-add", "uid"): rows.pupil.uid,
        ("pupils:contact-change", "uid"): rows.pupil.uid,
        ("pupils:contact-change", "pk"): rows.contact.pk,
        ("pupils:plan-record", "uid"): rows.pupil.uid,
        ("pupils:plan-end", "uid"): rows.pupil.uid,
        ("pupils:care-add", "uid"): rows.pupil.uid,
        ("pupils:care-end", "uid"): rows.pupil.uid,
        ("pupils:care-end", "pk"): rows.care.pk,
        ("pupils:roll-add", "uid"): rows.pupil.uid,
        ("pupils:roll-end", "uid"): rows.pupil.uid,
        ("pupils:roll-end", "pk"): rows.enrolment.pk,
        ("pupils:roll-destination", "uid"): rows.left.pupil.uid,
        ("pupils:roll-destination", "pk"): rows.left.pk,
        **dict.fromkeys(
            [(f"pupils:{page}", "uid") for page in ("pupil-suspensions", "suspend", "exclude")],
            rows.pupil.uid,
        ),
        **dict.fromkeys(
            [(f"pupils:suspension{page}", "uid") for page in SUSPENSION_PAGES],
            rows.suspension.uid,
        ),
        **dict.fromkeys(
            [(f"pupils:exclusion{page}", "uid") for page in EXCLUSION_PAGES], rows.exclusion.uid
        ),
        ("pupils:reason-change", "code"): "PA",
        ("pupils:headcount-change", "pk"): rows.headcount.pk,
        **dict.fromkeys(
            [(f"pupils:{page}", "uid") for page in ("voices-of-pupil", "voice-ask")],
            rows.pupil.uid,
        ),
        **dict.fromkeys(
            [(f"pupils:{page}", "uid") for page in VOICE_PAGES], rows.voices["given"].uid
        ),
        **dict.fromkeys(
            [(f"pupils:{page}", "uid") for page in OPEN_VOICE_PAGES], rows.voices["open"].uid
        ),
        **dict.fromkeys(
            [(f"pupils:say{page}", "token") for page in SAY_PAGES], rows.voices["open"].token
        ),
        ("pupils:voice-sum-up", "slug"): "good",
        ("pupils:voice-recording", "slug"): "good",
        ("pupils:say-recording", "slug"): "good",
        ("pupils:say-question", "number"): 1,
        ("pupils:letters", "uid"): rows.pupil.uid,
        ("pupils:letter", "uid"): rows.letters["issued"].uid,
        ("pupils:letter-pdf", "uid"): rows.letters["issued"].uid,
        ("pupils:letter-draft", "kind"): "placement-confirmation",
        ("pupils:letter-draft", "case"): rows.placement.uid,
        ("pupils:letter-change", "uid"): rows.letters["draft"].uid,
        ("pupils:letter-approve", "uid"): rows.letters["draft"].uid,
        ("pupils:letter-withdraw", "uid"): rows.letters["draft"].uid,
        ("pupils:letter-issue", "uid"): rows.letters["approved"].uid,
        ("pupils:letter-revise", "uid"): rows.letters["approved"].uid,
        ("referrals:detail", "uid"): rows.submitted.uid,
        ("referrals:section", "uid"): rows.draft.uid,
        ("referrals:section", "part"): "happening",
        ("referrals:documents", "uid"): rows.submitted.uid,
        ("referrals:document", "uid"): rows.attachment.uid,
        ("referrals:detach", "uid"): rows.attachment.uid,
        ("referrals:hand-over", "uid"): rows.draft.uid,
        ("referrals:check", "uid"): rows.draft.uid,
        ("referrals:receipt", "uid"): rows.submitted.uid,
        ("referrals:add", "uid"): rows.submitted.uid,
        ("referrals:amend", "uid"): rows.submitted.uid,
        ("referrals:amend", "name"): "tried",
        ("referrals:answer", "uid"): rows.waiting.uid,
        ("referrals:withdraw", "uid"): rows.submitted.uid,
        ("referrals:decide", "uid"): rows.submitted.uid,
        ("referrals:ask", "uid"): rows.submitted.uid,
        ("referrals:undo", "uid"): rows.accepted.uid,
        ("placements:open", "referral"): rows.accepted.uid,
        ("placements:hold", "referral"): rows.accepted.uid,
        ("placements:release", "pk"): rows.hold.pk,
        ("placements:open-to-new", "pk"): rows.closed.pk,
        ("placements:places-cell", "provider"): rows.provider.uid,
        ("placements:places-cell", "half_term"): world.next_half_term.pk,
        ("placements:detail", "uid"): rows.placement.uid,
        **dict.fromkeys([(f"placements:{verb}", "uid") for verb in OFFER_PAGES], rows.offer.uid),
        **dict.fromkeys(
            [(f"placements:{verb}", "uid") for verb in PLACEMENT_PAGES], rows.placement.uid
        ),
        ("placements:step", "tier"): Tier.SHORT.value,
        ("placements:objective-change", "pk"): rows.change.objective_id,
        ("placements:objective-answer", "pk"): rows.change.pk,
        ("placements:assessments", "uid"): rows.pupil.uid,
        ("placements:assess", "uid"): rows.pupil.uid,
        ("placements:scores-amend", "uid"): rows.scores.uid,
        ("placements:scores-take-back", "uid"): rows.scores.uid,
        **dict.fromkeys([(f"placements:{page}", "pk") for page in SCALE_PAGES], rows.scale.pk),
        **dict.fromkeys(
            [(f"placements:{page}", "pk") for page in INSTRUMENT_PAGES],
            rows.scale.instrument_id,
        ),
        ("placements:assess", "instrument"): rows.scale.instrument_id,
        ("placements:bands", "informant"): "teacher",
        ("placements:bands-confirm", "informant"): "teacher",
        ("placements:commission", "pupil"): rows.pupil.uid,
        **dict.fromkeys([(f"placements:{page}", "uid") for page in OWN_PAGES], rows.own.uid),
        ("placements:census-answer", "uid"): rows.placement.uid,
        ("placements:census-code", "pk"): rows.own.reason_id,
        ("reporting:plan", "uid"): rows.plan.uid,
        **dict.fromkeys([(f"reintegration:{page}", "uid") for page in PLAN_PAGES], rows.plan.uid),
        ("reintegration:of-pupil", "uid"): rows.pupil.uid,
        ("reintegration:set-up", "uid"): rows.placement.uid,
        ("reintegration:pathway", "uid"): rows.pupil.uid,
        ("reintegration:pathway-change", "uid"): rows.pupil.uid,
        **dict.fromkeys(
            [(f"reintegration:{page}", "uid") for page in ONWARD_PAGES], rows.onward.uid
        ),
        ("reintegration:activity-record", "pk"): rows.onward.activities.earliest("pk").pk,
        ("reintegration:application-change", "pk"): rows.onward.applications.earliest("pk").pk,
        ("reintegration:destination-check", "month"): "march",
        ("reintegration:gate", "kind"): "meeting",
        ("reintegration:week-review", "number"): 1,
        ("reintegration:week-sessions", "number"): 1,
        ("reintegration:week-agree", "number"): 1,
        ("reintegration:week-change", "number"): 1,
        ("reintegration:week-change", "what"): "hold",
        ("reintegration:check", "weeks"): 6,
        ("reintegration:version", "token"): "no-such-link",
        **dict.fromkeys(
            [(f"outreach:{page}", "uid") for page in OUTREACH_PAGES], rows.outreach["running"].uid
        ),
        ("outreach:cycle-review", "number"): 1,
        ("outreach:open", "uid"): rows.outreach["waiting"].uid,
        ("outreach:of-pupil", "uid"): rows.pupil.uid,
        ("outreach:log-outcome", "uid"): rows.outreach["planned"].uid,
        ("outreach:log-correct", "uid"): rows.outreach["done"].uid,
        ("outreach:ask-again", "uid"): rows.outreach["asked"].uid,
        ("outreach:evaluation", "token"): "no-such-link",
        ("reporting:follow-up", "token"): "no-such-link",
        ("reporting:take-down", "uid"): rows.outreach["asked"].uid,
        ("reporting:outreach-school", "uid"): rows.school.uid,
        **panel(rows),
        ("attendance:register", "provider"): rows.provider.uid,
        ("attendance:register", "on"): world.school_day.isoformat(),
        ("attendance:register", "half"): "am",
        ("attendance:amendments", "placement"): rows.placement.uid,
        ("attendance:amendments", "on"): world.school_day.isoformat(),
        ("attendance:amendments", "half"): "am",
        **dict.fromkeys(
            [(f"attendance:{page}", "uid") for page in TIMETABLE_PAGES], rows.timetable.uid
        ),
        ("attendance:timetable-agree", "placement"): rows.placement.uid,
        ("attendance:outside", "placement"): rows.placement.uid,
        ("attendance:outside", "on"): world.school_day.isoformat(),
        ("attendance:outside", "half"): "am",
        **dict.fromkeys(
            [(f"attendance:home-{page}", "school") for page in ("day", "week")], rows.school.uid
        ),
        **dict.fromkeys(
            [(f"attendance:home-{page}", "on") for page in ("day", "week")],
            world.school_day.isoformat(),
        ),
        **dict.fromkeys(
            [(f"attendance:{page}", "uid") for page in AGREED_PAGES], rows.support["agreed"].uid
        ),
        **dict.fromkeys(
            [(f"attendance:{page}", "uid") for page in DRAFT_PAGES], rows.support["draft"].uid
        ),
        **dict.fromkeys(
            [(f"attendance:{page}", "uid") for page in PATHWAY_PAGES], rows.pathway.uid
        ),
        **dict.fromkeys(
            [(f"attendance:{page}", "pupil") for page in OF_PUPIL_PAGES], rows.pupil.uid
        ),
        ("attendance:support-open", "pupil"): rows.accepted.pupil.uid,
        ("attendance:support-of-pupil", "uid"): rows.pupil.uid,
        ("attendance:visit-record", "uid"): rows.visit.uid,
        ("attendance:display", "provider"): rows.provider.uid,
        ("attendance:display", "week"): world.school_day.isoformat(),
        ("attendance:display-withdraw", "pk"): rows.consent.pk,
        ("attendance:step-record", "pk"): rows.step.pk,
        **dict.fromkeys([(f"attendance:{page}", "uid") for page in IMPORT_PAGES], rows.upload.uid),
        ("attendance:at-school", "uid"): rows.pupil.uid,
        ("attendance:at-school-add", "uid"): rows.pupil.uid,
        ("attendance:at-school-take-back", "uid"): rows.at_school.uid,
        ("attendance:absence-line", "placement"): rows.placement.uid,
        ("attendance:absence-line", "on"): world.school_day.isoformat(),
        ("attendance:absence-line", "half"): "am",
        ("attendance:threshold", "kind"): "illness",
        ("attendance:times", "provider"): rows.provider.uid,
        ("attendance:reply", "token"): rows.notice.token,
        ("attendance:halfterm-change", "pk"): world.half_term.pk,
        ("attendance:halfterm-remove", "pk"): world.half_term.pk,
        ("placements:rule-change", "tier"): Tier.SHORT.value,
        ("attendance:closure-remove", "pk"): rows.closure.pk,
        ("accounts:clock-change", "kind"): "decision",
        ("accounts:person", "uid"): rows.role.user.uid,
        ("accounts:role-add", "uid"): rows.role.user.uid,
        ("accounts:role-end", "uid"): rows.role.user.uid,
        ("accounts:role-end", "pk"): rows.role.pk,
        ("accounts:link-send", "uid"): rows.role.user.uid,
        ("accounts:account-change", "uid"): rows.role.user.uid,
        ("accounts:cover-end", "pk"): rows.cover.pk,
        ("accounts:key-revoke", "pk"): rows.key.pk,
        ("reporting:feed", "token"): FEED_TOKEN,
        ("account_reset_password_from_key", "uidb36"): "abc",
        ("account_reset_password_from_key", "key"): "set-password",
    }


def panel(rows: Any) -> dict[tuple[str, str], object]:
    """Return what to put into the routes of the panel."""
    panel, meetings = rows.panel, rows.panel["meetings"]
    return {
        ("reintegration:panel-seat-end", "pk"): panel["seat"].pk,
        ("reintegration:panel-decision", "uid"): panel["told"].uid,
        ("reintegration:panel-ask-place", "uid"): rows.accepted.pupil.uid,
        ("reintegration:panel-ask-way-back", "uid"): rows.plan.uid,
        ("reintegration:panel-case", "uid"): panel["told"].uid,
        **dict.fromkeys(
            [(f"reintegration:{page}", "uid") for page in CASE_PAGES], panel["published"].uid
        ),
        ("reintegration:panel-reopen", "uid"): panel["item"].uid,
        ("reintegration:panel-action-done", "uid"): panel["action"].uid,
        ("reintegration:panel-meeting", "uid"): meetings["published"].uid,
        ("reintegration:panel-agenda", "uid"): meetings["planned"].uid,
        ("reintegration:panel-publish", "uid"): meetings["planned"].uid,
        ("reintegration:panel-open", "uid"): meetings["published"].uid,
        ("reintegration:panel-close", "uid"): meetings["in session"].uid,
        ("reintegration:panel-minutes", "uid"): meetings["closed"].uid,
        ("reporting:panel-present", "uid"): meetings["in session"].uid,
        ("reporting:panel-pack", "uid"): meetings["published"].uid,
    }
