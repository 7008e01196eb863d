"""Turn off each guard in turn, in a copy of the tree: a test must fail every time.

Run with `make guards`, or `make guards ONLY=letter` for those whose words or file hold that. A
guard that nobody misses is printed, and the run fails. All guards share one PostgreSQL and Valkey;
the test database is made anew only where a guard stands in a migration, and after it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACCESS = "tests/test_access.py"
# what is turned off: file, the words of the guard, what stands there instead, tests that must miss it
GUARDS = [
    ("the scope of schools and providers", "accounts/scoping.py",
     "return self.filter(reached)", "return self.all()", f"{ACCESS} -k 404"),
    ("the 30 days after a placement", "pupils/models/reach.py",
     "AFTER_PLACEMENT = timedelta(days=30)", "AFTER_PLACEMENT = timedelta(days=60)",
     "tests/pupils"),
    ("the date of a row of a child who left", "pupils/models/reach.py",
     "dated = [F(self.reach.dated)] if self.reach.dated else []", "dated = []",
     "tests/pupils tests/attendance"),
    ("the mark on a view", "pupils/views/record.py",
     "@requires(Permission.PUPIL_CHANGE)\ndef change", "def change", f"{ACCESS} -k route"),
    ("the right mark on a view", "referrals/views/desk.py",
     "@requires(Permission.REFERRAL_DECIDE)", "@requires(Permission.REFERRAL_VIEW)",
     f"{ACCESS} -k route"),
    ("the gate's question", "accounts/access.py",
     "if not request.user.can(Permission(asked)):", "if False:", f"{ACCESS} -k leadership"),
    ("the gate for what names no permission", "accounts/access.py",
     '            raise PermissionDenied("this view names no permission")', "            return None",
     "tests/test_gate.py"),
    ("the methods that no page knows", "accounts/access.py",
     "if request.method not in METHODS_OF_PAGES:", "if False:", "tests/test_gate.py"),
    ("the view entry", "reporting/views/pupil.py",
     "    looked_at(request, [found.pk])\n", "", f"{ACCESS} -k caseworker"),
    ("the page that is not served", "accounts/access.py",
     "        raise TrailBroken from error", "        return", ACCESS + " -k written"),
    ("the trail's append-only trigger", "accounts/migrations/0001_initial.py",
     "RAISE EXCEPTION", "RAISE NOTICE", "tests/accounts/test_trail.py"),
    ("the permission of an action", "referrals/actions/referral.py",
     "    if not by.can(permission):", "    if False:", "tests/referrals"),
    ("a full provider", "placements/actions/rules.py",
     "if cell.free is not None and cell.free < 1:", "if False:", "tests/placements/test_room.py"),
    ("a provider closed to new placements", "placements/actions/rules.py",
     "if not closed or is_there:", "if True:", "tests/placements/test_room.py"),
    ("the places of later half terms", "placements/places.py",
     "if until is None or span.start < until]", "if False]", "tests/placements/test_room.py"),
    ("ten sessions a week with what the school arranges", "placements/actions/rules.py",
     "if total <= MOST or not arranged:", "if True:", "tests/placements/test_course.py"),
    ("the day-6 duty while an offer waits", "referrals/models/narrowing.py",
     "none = Q(education_from=None)", "none = Q(education_from=None, is_placed=False)",
     "tests/referrals/test_models.py"),
    ("who changes a clock", "accounts/actions/clocks.py",
     "if not by.can(Permission.RULE_CHANGE):", "if False:", "tests/accounts/test_clocks.py"),
    ("the row that the last place is locked by", "placements/actions/rules.py",
     "Organisation.objects.select_for_update().get", "Organisation.objects.get",
     "tests/placements/test_room.py"),
    ("an offer that names no child", "placements/models/placement.py",
     "is_hidden = Q(status=Status.PROPOSED) if user", "is_hidden = NO_ROWS if user",
     "tests/placements/test_course.py"),
    ("the number beside a link", "pupils/views/say.py",
     "        if request.session.get(_key(voice)) != voice.link:", "        if False:",
     "tests/pupils/voices -k forwarded"),
    ("the wrong numbers that shut a link", "pupils/actions/saying.py",
     "if fresh.is_locked or not fresh.number_hash:", "if not fresh.number_hash:",
     "tests/pupils/voices -k number"),
    ("words that are not handed in", "pupils/models/voice.py",
     "return self.filter(is_given=True, voice__finished_at__isnull=False)", "return self.all()",
     "tests/pupils/voices"),
    ("what a parent may not see", "pupils/models/voice.py",
     "pupil=pupil, who=Who.PUPIL, shows_parent=True", "pupil=pupil, who=Who.PUPIL",
     "tests/pupils/voices -k parents_link"),
    ("a new link of a worker", "pupils/actions/voices.py", "    forget_saved(fresh)\n", "",
     "tests/pupils/voices -k new_link"),
    ("the length of a recording", "apsystem/lib/audio.py",
     "if seconds > MOST_SECONDS + GRACE_SECONDS:", "if False:", "tests/lib/test_audio.py"),
    ("a letter that stands", "pupils/migrations/0004_letters.py",
     "(OLD.\\\"status\\\" IN ('issued', 'withdrawn'))", "(OLD.\\\"status\\\" = '')",
     "tests/pupils/letters"),
    ("the lock of a move", "accounts/workflow.py",
     'rows.select_for_update(of=("self",)).get', "rows.get", "tests/referrals/test_actions.py"),
    ("the status of a move", "accounts/workflow.py",
     "    if fresh.status not in move.sources:", "    if False:", "tests/accounts/test_workflow.py"),
    ("compare and set", "attendance/actions/register.py",
     "        if row.version != entry.seen:", "        if False:",
     "tests/attendance"),
    ("the reason of an amendment", "attendance/actions/register.py",
     "        if self.reason(row, entry):", "        if True:",
     "tests/attendance"),
    ("codes in force", "attendance/actions/register.py",
     "if code not in self.kinds:", "if False:", "tests/attendance"),
    ("the rest that the page showed", "attendance/forms/register.py",
     'is_shown_unmarked = data.get(f"seen-{line.placement.pk}") == "0"', "is_shown_unmarked = True",
     "tests/attendance/test_register.py"),
    ("the key that arrives once", "attendance/actions/delivering.py",
     "new = [one for one in sent if one.key in fresh]", "new = list(sent)",
     "tests/attendance/test_taps.py"),
    ("the other body of a key", "attendance/actions/delivering.py",
     "if any(row.body_hash != hashes[row.key] for row in rows):", "if False:",
     "tests/attendance/test_taps.py"),
    ("the seconds in which a mark is taken back", "attendance/actions/taking_back.py",
     "elif not line.is_recent(row):", "elif False:", "tests/attendance/test_undo.py"),
    ("the version after a mark that was taken back", "attendance/models/taken_back.py",
     "SELECT max(taken.version)", "SELECT 0 * max(taken.version)", "tests/attendance/test_undo.py"),
    ("compare and set of many marks", "attendance/actions/correcting.py",
     "if row.version != seen and row.code_id != code:", "if False:",
     "tests/attendance/test_correct.py"),
    ("whose marks a lead corrects", "attendance/actions/correcting.py",
     "Mark.objects.as_user(by)\n", "Mark.objects.all()\n", "tests/attendance/test_correct.py"),
    ("sessions that a timetable leaves out", "attendance/models/expected.py",
     "return rows.expected(on, session).filter(~_leaving_out(on, session))",
     "return rows.expected(on, session)", "tests/attendance/test_expected.py"),
    ("the mark that the clock leaves alone", "attendance/actions/leaving_out.py",
     "ON CONFLICT DO NOTHING RETURNING", "RETURNING", "tests/attendance/test_expected.py"),
    ("the new agreement of a timetable that goes on", "attendance/actions/timetables.py",
     "if getattr(timetable, field) < before.starts_on:", "if False:",
     "tests/attendance/test_timetables.py"),
    ("the social worker who is told", "attendance/actions/timetables.py",
     "if told is None and _has_a_social_worker(pupil, timetable.starts_on):", "if False:",
     "tests/attendance/test_timetables.py"),
    ("the school whose week is exported", "attendance/views/home.py",
     "        schools = schools.filter(pk__in=own)", "        pass",
     "tests/attendance/test_expected.py"),
    ("the entry that accounts for a pupil", "attendance/models/unaccounted.py",
     "Q(code__in=NO_REASON) | Q(Exists(was), code__in=codes_of(*ABSENT_KINDS)),",
     "Q(code__in=NO_REASON),", "tests/attendance/test_absence.py"),
    ("silence that accounts for nobody", "attendance/models/unaccounted.py",
     "~Exists(AbsenceEntry.objects.same_session().accounting()),",
     "~Exists(AbsenceEntry.objects.same_session()),", "tests/attendance/test_absence.py"),
    ("one answer to a notice", "attendance/models/absence.py",
     "AbsenceNotice.objects.filter(uid=uid, answered_at=None, date=localdate())",
     "AbsenceNotice.objects.filter(uid=uid)", "tests/attendance/test_notices.py"),
    ("families that are not alarmed by a late register", "attendance/actions/notices.py",
     "marked = [line for line in lines if line.mark is not None]", "marked = list(lines)",
     "tests/attendance/test_notices.py"),
    ("the last administrator", "accounts/actions/staff.py",
     "    if not any(other.ends_on is None and other.user.is_active for other in others):",
     "    if False:", "tests/accounts/test_staff.py -k administrator"),
    ("the lock of the administrators", "accounts/actions/staff.py",
     'rows.select_for_update(of=("self",)).select_related("user")', 'rows.select_related("user")',
     "tests/accounts/test_staff.py -k at_once"),
    ("whose roles a lead ends", "accounts/models/user.py",
     "        return rows.filter(organisation__in=user.organisations_with(Permission.ROLE_END))",
     "        return Membership.objects.all()", "tests/accounts/test_staff.py -k lead"),
    ("whose closures a lead removes", "accounts/models/calendar.py",
     "        return self.filter(organisation__in=user.organisations_with(Permission.CLOSURE_CHANGE))",
     "        return self.all()", "tests/attendance/test_calendar.py"),
    ("the roll that ends before the next", "pupils/actions/record.py",
     "            _end_before(row, start)\n", "            pass\n", "tests/pupils/test_record.py"),
    ("rolls that follow a placement", "pupils/models/pupil.py",
     "            Q(status__in=PLACED_STATUSES)", "            Q(status__in=[])",
     "tests/pupils/test_record.py"),
    ("the 45 days", "pupils/actions/exclusion_rules.py",
     "    if total > MOST_SESSIONS:", "    if False:", "tests/pupils/test_suspensions.py -k 45"),
    ("the lock of the 45 days", "pupils/actions/suspensions.py",
     "row.pupil = Pupil.objects.as_user(by).select_for_update(of=(\"self\",)).get",
     "row.pupil = Pupil.objects.as_user(by).get", "tests/pupils/test_suspensions.py -k at_once"),
    ("the roll of a suspension", "pupils/actions/exclusion_rules.py",
     "        _on_roll(row, rolls)\n", "", "tests/pupils/test_suspensions.py -k refused"),
    ("the term of a suspension", "pupils/actions/exclusion_rules.py",
     "        self._in_term(row)\n", "", "tests/pupils/test_suspensions.py -k refused"),
    ("whose suspensions a school records", "pupils/actions/suspensions.py",
     "if not by.roles & REACH_ALL and row.school_id not in own:", "if False:",
     "tests/pupils/test_suspensions.py -k own_pupils"),
    ("one referral for an exclusion", "referrals/actions/excluded.py",
     "    if linked := rows.filter(exclusion=exclusion).first():", "    if linked := None:",
     "tests/pupils/test_exclusions.py -k however"),
    ("what a cancelled suspension counts", "reporting/kpis/exclusions.py",
     "cancelled_on IS NULL AND ", "", "tests/reporting/test_exclusion_rates.py -k capped"),
    ("one open referral for a pupil", "referrals/migrations/0002_task_list.py",
     16 * " " + 'name="referrals_referral_one_open_for_a_pupil"', 16 * " " + 'name="another"',
     "tests/referrals"),
    ("the revision of a draft", "referrals/actions/referral.py",
     "if revision is not None and revision != fresh.revision:", "if False:", "tests/referrals"),
    ("the decision that was read", "referrals/actions/referral.py",
     "    if DecisionRead.objects.filter(referral=fresh).exists():", "    if False:",
     "tests/referrals"),
    ("figures of a frozen pack", "reporting/migrations/0005_packs_for_the_board.py",
     "status = 'frozen') THEN", "status = 'none') THEN", "tests/reporting/test_packs.py"),
    ("a figure and its rows", "reporting/actions/packs.py",
     "    if found != snapshot.fingerprint:", "    if False:", "tests/reporting/test_packs.py"),
    ("drafts of packs", "reporting/models/pack.py",
     "self if user.can(Permission.PACK_MAKE) else self.filter(status=PackStatus.FROZEN)", "self",
     "tests/reporting/test_packs.py"),
    ("packs of providers", "reporting/models/pack.py",
     "return kept if user.can(Permission.FIGURES_CHILDREN) else kept.filter(provider=None)",
     "return kept", "tests/reporting/test_provider_packs.py"),
    ("figures of providers", "reporting/models/snapshot.py",
     "return self if user.can(Permission.FIGURES_CHILDREN) else self.filter(provider=None)",
     "return self", "tests/reporting/test_provider_packs.py"),
    ("the ways back to a small figure", "reporting/views/packs.py",
     "said if is_shown else without_a_way_back(said)", "said",
     "tests/reporting/test_packs_disclose.py"),
    ("the pixels of a picture", "apsystem/lib/documents.py",
     "is_huge = picture.width * picture.height > MOST_PIXELS", "is_huge = False", "tests/lib"),
    ("marked days in the calendar", "attendance/actions/calendar.py",
     "    if said := _marked(marks):", "    if said := '':", "tests/attendance/test_calendar.py"),
    ("contracts of other placements", "attendance/models/support.py",
     "return super().reached_by_provider(providers) & own",
     "return super().reached_by_provider(providers)", "tests/attendance/test_support.py"),
    ("one contract at a time", "attendance/actions/support.py",
     "    plan.full_clean()\n\n\ndef _may_hold", "\n\ndef _may_hold",
     "tests/attendance/test_support.py -k second"),
    ("a contract as it was agreed", "attendance/actions/support.py",
     "    if fresh.status != Status.DRAFT:", "    if False:", "tests/attendance/test_support.py"),
    ("consent to a display", "attendance/models/display.py",
     "DisplayConsent.objects.as_user(user).in_force().filter", "DisplayConsent.objects.as_user(user).filter",
     "tests/attendance/test_following.py -k display"),
    ("what nobody marked is no success", "attendance/models/display.py",
     "if any(code is None and slot.date < today", "if any(False",
     "tests/attendance/test_following.py -k celebrated"),
    ("the outbox's claim", "accounts/work.py",
     "select_for_update(skip_locked=True).filter(done_at=None)", "all()",
     "tests/accounts/test_work.py"),
    ("small numbers", "reporting/models/snapshot.py",
     "return is_enough and self.units >= smallest_cohort", "return True", "tests/test_pages.py -k few"),
    ("year 11's second half of summer", "reporting/kpis/attendance.py",
     "      AND NOT (summed.is_late AND pupil.starts_year_1 = %(first_cohort)s)\n", "",
     "tests/reporting"),
    ("the reach of statistics", "reporting/kpis/statistics.py",
     "self.marks = None if user.roles & REACH_ALL else Mark.objects.as_user(user)",
     "self.marks = None", "tests/reporting/test_statistics.py -k reach"),
    ("the second count that is hidden", "reporting/kpis/disclosure.py",
     "        hidden.add(shown[0][1])", "        pass",
     "tests/reporting/test_statistics.py -k small"),
    ("the difference that is added to a weekly total", "attendance/migrations/0006_week_totals.py",
     "authorised = total.authorised + excluded.authorised", "authorised = excluded.authorised",
     "tests/attendance/test_totals.py"),
    ("the order in which weekly totals are locked", "attendance/migrations/0006_week_totals.py",
     "FOR NO KEY UPDATE OF total", "", "tests/attendance/test_totals.py -k at_once"),
    ("the class of a code", "attendance/migrations/0006_week_totals.py",
     'WHEN (OLD."kind" IS DISTINCT', 'WHEN (false AND OLD."kind" IS DISTINCT',
     "tests/attendance/test_models.py"),
    ("the week that a cut goes through", "attendance/models/week.py",
     "        broken = sorted(monday for monday in inside if first <= monday < last)",
     "        broken = []", "tests/reporting/test_sessions.py tests/attendance/test_totals.py"),
    ("the permission to work in outreach", "outreach/actions/support.py",
     "    if not by.can(permission):", "    if False:", "tests/outreach/test_actions.py"),
    ("scores that make a pair", "outreach/actions/support.py",
     "if (before.instrument_id, before.informant) != (found.instrument_id, found.informant):",
     "if False:", "tests/outreach/test_actions.py"),
    ("the day on which a link ends", "outreach/models/linked.py",
     "link_ends_on__gt=today", "link_ends_on__isnull=False", "tests/outreach/test_asking.py"),
    ("ten below the line", "reporting/models/snapshot.py",
     "or denominator >= smallest_cohort", "or True", "tests/reporting/test_narrowing.py -k below"),
    ("who asks for a group", "reporting/views/figures.py",
     "return _sees_small(request) and request.user.can(Permission.FIGURES_CHILDREN)", "return True",
     "tests/reporting/test_narrowing.py -k every_child"),
    ("the rules of the year before", "reporting/kpis/measure.py",
     "if period.by_year and self.rolls == Rolls.BY_YEAR:", "if False:",
     "tests/reporting/test_narrowing.py -k twelve"),
    ("a week of return at the register", "placements/models/placement.py",
     ", ~Exists(away)", "", "tests/attendance/test_weeks_of_return.py"),
    ("not known is no success", "reporting/kpis/afterwards.py",
     "AND is_told_none AND NOT happened)::int AS kept", "AND NOT happened)::int AS kept",
     "tests/reporting/test_outreach_figures.py"),
    ("children without a rate", "reporting/kpis/costs.py",
     "CASE WHEN placed.pounds IS NOT NULL THEN placed.pupil_id END AS pupil_id",
     "placed.pupil_id", "tests/reporting/test_cost_figure.py"),
    ("a statement that asks first is not kept", "pupils/story/statements.py",
     "with connection.execute_wrapper(_refuse):", "if True:", "tests/pupils/test_statements.py"),
    ("what a mark names is there", "attendance/migrations/0016_keys_of_marks_are_checked_at_once.py",
     "IF missing IS NOT NULL THEN", "IF false THEN", "tests/attendance/test_keys_of_marks.py"),
    ("what a mark names stays", "attendance/migrations/0016_keys_of_marks_are_checked_at_once.py",
     "IF is_named THEN", "IF false THEN", "tests/attendance/test_keys_of_marks.py"),
    ("the lock on what marks name", "attendance/migrations/0016_keys_of_marks_are_checked_at_once.py",
     "FOR KEY SHARE", "", "tests/attendance/test_keys_of_marks.py"),
]  # fmt: skip


def main() -> int:
    """Break, test, mend; return how many guards nobody missed."""
    only = os.environ.get("ONLY", "")
    chosen = [guard for guard in GUARDS if only in guard[0] or only in guard[1]]
    unmissed, is_stale = 0, True
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        shutil.copytree(
            ROOT, tree, ignore=shutil.ignore_patterns(".venv", ".git", "node_modules", ".data*")
        )
        (tree / "node_modules").symlink_to(ROOT / "node_modules")
        _start_servers()
        for words, name, guard, instead, tests in chosen:
            path = tree / name
            whole = path.read_text(encoding="utf-8")
            if guard not in whole:
                sys.exit(f"{name} does not hold {guard!r} any more: mend this list")
            path.write_text(whole.replace(guard, instead), encoding="utf-8")
            is_stale = is_stale or "migrations" in name
            reuse = ["--reuse-db", "--create-db"] if is_stale else ["--reuse-db"]
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "pytest",
                    "-q",
                    "-x",
                    "--no-header",
                    *reuse,
                    *_split(tests),
                ],
                cwd=tree,
                capture_output=True,
                check=False,
            )
            path.write_text(whole, encoding="utf-8")
            is_stale = "migrations" in name
            is_missed = done.returncode == 1
            unmissed += not is_missed
            print(f"{'missed' if is_missed else 'NOBODY MISSED'}: {words}", flush=True)  # noqa: T201
    return unmissed


def _start_servers() -> None:
    sys.path.insert(0, str(ROOT))
    from tests import servers  # noqa: PLC0415 - it names the servers for every run of the tests

    servers.start_missing()


def _split(tests: str) -> list[str]:
    paths, _, chosen = tests.partition(" -k ")
    return [*paths.split(), *(["-k", chosen] if chosen else [])]


if __name__ == "__main__":
    sys.exit(main())
