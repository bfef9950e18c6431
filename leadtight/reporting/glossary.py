"""What each figure means, in words for its reader. A number and its definition travel together."""

LOST_WITHOUT_REASON = (
    "Leads closed as lost in the period for which nobody has written why; the longest ago first. Recording “lost” "
    "again, with a reason, takes a lead off the list."
)
UNASSIGNED_WHILE_IDLE = (
    "Leads that had no owner in the period, for longer than routing and one sweep may take, while somebody of the pool "
    "they go to was at work, on no planned leave, and below their caps by the leads they have now. A switch to away by "
    "hand leaves no history and is not looked at. The longest waiting first."
)

FIGURES = {
    "leads": "Leads whose inquiry arrived in the period, without those that a rule of the policy excludes.",
    "excluded": (
        "Leads of the period that a rule of the policy excludes, by its reason, or that an import kept as records, as "
        "historical. They count in no other figure of the period."
    ),
    "contacted": "Of these, leads that a person reached by the time of the report. Automatic replies do not count.",
    "never_contacted": "Of these, leads that no person had reached by the time of the report.",
    "contact_rate": "The share of all leads that were contacted.",
    "contacted_in_window": (
        "Leads reached at or before their own promised deadline, as it was fixed when they arrived. A lead that was "
        "passed on keeps its first deadline."
    ),
    "follow_up_rate": "The share of all leads that were contacted in their window.",
    "pending": "Leads not reached yet whose promised deadline had not passed at the time of the report.",
    "missed": (
        "Leads not reached, or closed, by their promised deadline. Reaching them later does not undo it, nor does a "
        "time that somebody types; proof that they were reached in time does, from the report after it on."
    ),
    "response": (
        "Calendar seconds from the inquiry's arrival to the first contact, over the leads that were contacted. "
        "p90 is the 90th percentile with linear interpolation."
    ),
    "buckets": (
        "Leads by response time. Five minutes sharp belong to “5 to 30 minutes”, 24 hours sharp to “2 to 24 hours”. "
        "The last bar has the leads without a contact by the time of the report."
    ),
    "owners": (
        "By the person a lead was given to first, whoever reached it in the end; without one, nobody had it. Mean, "
        "median and 90th percentile are calendar time, over the leads that were contacted."
    ),
    "stage_waits": (
        "By stage: left counts the leads that were in it and went on, median is the calendar seconds they spent there "
        "over all their stays, waiting counts those that are in it. The wait until a lead is qualified is here, apart "
        "from the answer of whoever gets it then."
    ),
    "owner_response": (
        "By the pool a lead is in: calendar seconds from when its present owner got it to their first contact; the "
        "wait before that, in stages or with others, is not in it. owned counts leads, answered those so reached."
    ),
    "sources": "By the source a lead came from; won: leads won by the time of the report.",
    "completeness": (
        "By channel whose source can be asked: listed is what it says it had on the day, arrived what came by itself, "
        "recovered what was missed and taken when it was asked, outstanding what is still not here. completeness is "
        "(arrived + recovered) / listed, null when nothing was listed."
    ),
    "invariants": (
        "What must never be. ownerless: leads of the window that waited for their first owner longer than the grace of "
        "routing and one sweep; without_next_action: open leads with an owner and nothing that happens next. "
        "days_at_zero: days up to and with this one without either, of the days of the window."
    ),
    "lost_without_reason": LOST_WITHOUT_REASON,
    "unassigned_while_idle": UNASSIGNED_WHILE_IDLE,
    "marketing_sales_gap": "generated: leads; contacted: leads reached; gap: the difference.",
}

HEADLINES = {
    "follow_up_rate": (
        "Share of the week’s leads that a person reached by the lead’s own promised deadline. It is fixed when the "
        "lead arrives; passing a lead on does not move it."
    ),
    "contact_rate": "Share of the week’s leads that a person reached, in time or not. Automatic replies do not count.",
    "median_response": (
        "From arrival to the first human contact, in calendar time, nights and weekends included. Leads that were "
        "never reached are not in it."
    ),
    "buckets": (
        "The week’s leads by the time from arrival to the first human contact. Five minutes sharp belong to “5 to 30 "
        "minutes”, 24 hours sharp to “2 to 24 hours”. “Not reached yet” is as of this report."
    ),
    "monthly_waste": "The spend of one month times the share of the last four weeks’ leads without a contact.",
    "days_at_zero": (
        "Days up to the end of this report on which no open lead was without an owner for longer than routing and one "
        "sweep may take, and none with an owner without something that happens next."
    ),
    "beside": (
        "The days before as they stood in the metrics of their last night. Four full weeks contain each weekday "
        "equally often. For another period, such as 90 days, leadtight audit reads an export of the leads."
    ),
    "leak": (
        "Every lead of the last four weeks not answered in time, once, by what it met: no owner; else it came outside "
        "working hours or on a day with a surge; else nobody contacted it, or somebody did late. Those contacted later "
        "cost nothing here; what remains sums to the money below, to the cent. A cause above is a pattern of many "
        "leads, so its share is another figure."
    ),
    "owners": (
        "The week’s leads by the person each was given to first, whoever reached it in the end. In time: share reached "
        "by the lead’s promised deadline. Median, mean and p90 (nine of ten took no longer) are calendar time, over "
        "the leads that were reached."
    ),
}

DISAGREEMENTS = {
    "denied": "Leads who answered in the week that nobody has been in touch, although a contact was logged by then.",
    "unlogged": "Leads who answered that somebody has been in touch, although nobody had logged a contact.",
}
PROMISES = {
    "due": "Leads whose promised first-response deadline fell in the week, whenever they arrived.",
    "kept": "Of these, leads reached, or closed, by that deadline.",
    "missed": (
        "Leads whose promised first-response deadline passed in the week before anybody had reached them, whenever "
        "they arrived. Reaching them later does not undo it; only proof does that they were reached in time."
    ),
}

EVENTS = {
    "received": "Leads recorded on this day.",
    "excluded": "Of these, leads that a rule of the policy excludes.",
    "joined": "Inquiries that joined the open lead of somebody who had written before.",
    "auto_replies": "Automatic answers of leads, such as absence notices: kept, and no contact.",
    "calls_booked": "Calls that leads booked by themselves, where we knew them already.",
    "assigned": "Leads that got their first owner on this day.",
    "reassigned": (
        "Times a lead moved to somebody else: after a missed deadline, because its owner was not there, or back again."
    ),
    "offered_on": "Times a lead that nobody of its pool could take went to somebody there who had a place again.",
    "handed_over": "Times a lead moved to another pool: by a person, by an outcome or past a stage's limit.",
    "expired": "Times a lead went to somebody else because its owner had not touched it for too long.",
    "cover_prolonged": "Times a lead could not go back at the end of a leave, because its owner was not there.",
    "warned": "Times an owner was warned that a deadline comes close.",
    "missed": "Times a deadline passed unmet, first responses and next actions.",
    "missed_by_target": "The same by kind of deadline.",
    "escalated": "Times somebody else was told of a missed deadline.",
    "stalled": "Times a lead stood still for too long and its owner got a task.",
    "rearmed": "Times a lead's clocks were put under the policy of that day by `leadtight rearm`.",
    "enrolled": "Times a lead entered a sequence.",
    "sequence_steps": "Steps of sequences that came due, messages, calls and tasks.",
    "calls_failed": "Calls that, as their provider says, could not be made.",
    "calls_made_tasks": "Automatic calls that became tasks: without an outcome in time, answered, or failed.",
    "sequences_ended": "Times a sequence came to its end or was stopped.",
    "retired": "Leads closed because the most attempts of their sequence brought no answer.",
    "leads_asked": "Leads past their promise that were asked whether anybody had been in touch.",
    "leads_answered": "Times a lead answered that.",
    "answers_by_kind": "The same by what they said: yes, somebody has; no, nobody has.",
    "disagreements_by_owner": (
        "Of these, by the lead's owner, those that the log contradicts: a contact is logged and the lead knows of "
        "none, or the lead knows of one that nobody logged."
    ),
    "leads_not_reached": "Leads to whom mails or texts turned out to come back: they have to be reached another way.",
    "alerts_not_delivered": "Times an alert reached nobody, so that somebody else was told.",
    "opted_out": "Times a lead left a channel for good, or said so again.",
    "erased": "Leads whose person was erased by `leadtight erase`; their times and outcomes still count.",
    "reminded": "Times an owner was reminded of something overdue.",
    "concerns": "Messages of leads in which a rule of the policy found something for a person.",
    "outcomes": "Outcomes people recorded.",
    "outcomes_proven": "Outcomes shown by a provider's event, a mail's headers or a call log.",
    "first_contacts_corrected": "Times a contact turned out to be earlier than the first one known until then.",
    "outcomes_undone": "Outcomes people took back.",
    "outcomes_by_kind": "Outcomes recorded, by kind.",
    "messages_by_template": "Messages sent, by what they say.",
    "messages": "Messages by what became of them on this day: one can be sent today and confirmed tomorrow.",
}

RECORDED_LATE = (
    "Leads recorded in the week on another local date than the one on which their source says that they came in, both "
    "in the company’s zone; the oldest first. Records of leads that were over before are not among them."
)

NO_SPEND = "no marketing spend is recorded"
SPEND_BY_MONTH = "spend is stated by the month: it is set against the window, not against a shorter period"
NO_DEAL_VALUE = "the policy states no deal value"
NO_CONVERSION_RATE = "the policy states no conversion rate"
NO_HANDLING = "the policy does not say how long a lead takes a person (capacity.handling)"
NO_CONTACT = "no lead of the period has been contacted"
NO_LEADS = "no lead arrived in the period"

AUDIT = {
    "contacted_in_window": (
        "Leads contacted within the window: at most its length after their creation, in calendar time. A contact after "
        "exactly five minutes is within a window of five minutes, and belongs to the bar “5 to 30 minutes”."
    ),
    "precision": (
        "A column is to the minute when no time in it has seconds. Undecided are the leads of which these seconds may "
        "decide whether they were contacted in the window."
    ),
    "first_contact": (
        "The earliest contact at or after the lead's creation, from the lead's own columns and from activities that "
        "count as contact. A contact before the creation is none. Blank keys join nothing."
    ),
    "business_response": "The part of the response time in working hours, over the leads that were contacted.",
    "owners": "By the owner as the export has it. Waits are over the leads that were contacted.",
    "segments": (
        "By when a lead came, in local time: within the working day, at a weekend outside of it, else after hours. A "
        "day has a surge when it brings at least 10 leads, and over 1.5 times the median of its kind of day (Monday to "
        "Friday, or weekend) in the two weeks before and after."
    ),
    "heat": (
        "Leads by weekday and hour of their creation, in local time. The range is the 95 % Wilson interval of the "
        "share contacted in the window; hours with fewer than 10 leads are marked."
    ),
    "activities": (
        "Accepted rows count as contact, excluded rows do not, rejected rows have no readable time. Rows that join a "
        "lead, join none (unjoined) or have a blank key are counted among accepted and excluded ones."
    ),
    "money.monthly_waste": (
        "The spend of one month times the share of leads without a contact. Months are the days covered divided by "
        "30.4375, rounded to whole months, at least one."
    ),
    "money.sunk_cac": "What the leads without a contact have cost.",
    "money.unrealised_revenue": (
        "Leads without a contact, times the conversion rate and the deal value that were stated. Arithmetic, not a "
        "claim that they would have bought."
    ),
    "money.margin_per_won": (
        "The deal value less what was spent for each won deal; without the leak: as if the leads without a contact had "
        "been won at the stated rate."
    ),
    "diagnosis": (
        "Checks in order: is any contact on record; did leads have an owner; were leads that came in working hours "
        "answered late in working time (accountability) or not at all (capacity); were leads that came outside them, "
        "or on days with a surge, missed more often by over 10 points, 95 % intervals apart (automation and capacity). "
        "A cause needs more than 10 %. It says where leads are lost, not that speed raises sales."
    ),
    "source_intervals": (
        "The interval is the 95 % Wilson interval of the share contacted in the window; fewer than 10 leads (few) say "
        "little."
    ),
    "previous": "The same figures of as many local days before the period, from the same files.",
    "win_by_bucket": (
        "The share of leads won so far by response time, with its 95 % Wilson interval. It is no claim that speed "
        "made them buy: good leads may be called sooner, and open ones may still be won."
    ),
    "attempts": (
        "Activities from us to the lead, whatever came of them, from its creation on; each counts for the latest lead "
        "of its person. Persistence is the share of the leads without a contact that were tried five times or more."
    ),
    "stuck": "The open leads that have been in their stage for longest, in days.",
    "stages": (
        "Leads by the stage they are in. The days are the median time that open leads have been there, until the "
        "latest time in the files."
    ),
    "capacity": (
        "Erlang C, each hour of the week on its own: leads come at random at the hour's average rate, take the stated "
        "time on average, and the first free person takes the next. In the window is the share picked up within it, "
        "times the part of the hour that is worked; people needed is the fewest with whom the target is reached while "
        "everybody works. Overflow and idle compare the leads of each day with the room of its working hours, in "
        "leads; no day's overflow is carried over."
    ),
    "ledger": (
        "Each lead not contacted in its window stands here once, by what it met: no owner; else it came outside "
        "working hours or on a day with a surge; else nobody contacted it; else somebody did, late. This sorts single "
        "leads; a cause in the diagnosis is a pattern of many beyond chance, so its share is another figure. A lead "
        "contacted later takes its amounts back. The amounts sum to the cost of the leads without a contact and to the "
        "unrealised revenue, to the cent: each sum is divided in whole cents, and the cents left over go one each to "
        "the first leads by time of arrival and id."
    ),
    "self_audit": (
        "15 items of 0, 1 or 2 points: 0-10, 11-20 and 21-30 are the bands. Items that data can answer are answered "
        "from it; next steps are looked at for every open lead, whenever it came. For the others the range counts 0 "
        "and 2 points, and a band is given when both ends are in the same one."
    ),
    "readiness": (
        "Speed: the share of leads contacted in the window. Persistence: of the leads without a contact, the share "
        "tried at least five times. CRM continuity: the share of leads whose owner, source and stage are all filled "
        "in. Context retention: of the contacted leads whose owner and caller are known, the share reached by their "
        "owner."
    ),
    "passive_crm": (
        "Signs that outcomes are written by hand afterwards, that people work by calendar reminders, and that "
        "follow-up is looked at once a week. Yes and no need at least 10 leads and an interval beyond chance."
    ),
}

_OF_FILES = frozenset(
    {"contacted_in_window", "precision", "first_contact", "owners", "activities", "source_intervals", "previous"}
)
SHARED = {name: words for name, words in AUDIT.items() if name not in _OF_FILES}
"""What the nightly figures have in common with the audit's, in its words."""

NOTHING_SPENT_ON = "nothing was spent on"
NO_SPEND_GIVEN = "no spend is given (--spend, --spend-total or --cost-per-lead)"
NO_SPEND_READ = "no row of the spend has an amount that was spent on days of the leads"
