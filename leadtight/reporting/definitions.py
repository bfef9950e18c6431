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
    "contact_rate": "contacted / leads.",
    "contacted_in_window": (
        "Leads reached at or before their own promised deadline, as it was fixed when they arrived. A lead that was "
        "passed on keeps its first deadline."
    ),
    "follow_up_rate": "The share of all leads that were contacted in their window: contacted_in_window / leads.",
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
        "Leads by response time, half-open: [0, 5 min) [5 min, 30 min) [30 min, 2 h) [2 h, 24 h] over 24 h, and "
        "never: not reached by the time of the report."
    ),
    "owners": (
        "By the person a lead was given to first, whoever reached it in the end; owner null: nobody had it. "
        "mean, median and p90 as in response."
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
    "monthly_waste": "The spend of one month times the share of the last four weeks’ leads that nobody has contacted.",
    "days_at_zero": (
        "Days up to the end of this report on which no open lead was without an owner for longer than routing and one "
        "sweep may take, and none with an owner without something that happens next."
    ),
    "beside": (
        "The days before as they stood in the metrics of their last night. Four whole weeks hold every weekday as "
        "often. For another period, such as 90 days, leadtight audit reads an export of the leads."
    ),
    "leak": (
        "Every lead of the last four weeks not answered in time, by its cause. Those reached later are recovered "
        "and cost nothing here; what remains sums to the money below, to the cent."
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
        "Leads contacted within the window: at most `window_seconds` after their creation, in calendar time. A lead "
        "contacted after exactly five minutes is in a window of 5m and in the bucket 5m_to_30m."
    ),
    "precision": (
        "A column is to the minute when no time in it has seconds. undecided: leads of which the seconds that are left "
        "out may decide whether they were contacted in the window."
    ),
    "first_contact": (
        "The earliest contact at or after the lead's creation, from the lead's own columns and from activities that "
        "count as contact. A contact before the creation is none. Blank keys join nothing."
    ),
    "business_response": "Response time that fell into `hours` in `timezone`, over the leads that were contacted.",
    "owners": "By the owner as the export has it; owner null: nobody.",
    "segments": (
        "By when a lead came, in local time: within the working day, at a weekend outside of it, else after hours. "
        "surge_days: days with over 1.5 times the median of their kind of day (Monday to Friday, or weekend) in the "
        "two weeks before and after, and at least 10 leads."
    ),
    "heat": (
        "Leads by local weekday and hour of their creation; low and high are the 95 % Wilson interval of the share "
        "contacted in the window; small: fewer than 10 leads."
    ),
    "activities": (
        "accepted: rows that count as contact; excluded: rows that do not; rejected: rows without a readable time. "
        "joined, unjoined and blank_key are over accepted and excluded rows."
    ),
    "money.monthly_waste": (
        "The spend of one month times the share of leads never contacted. Months are the days covered / 30.4375, "
        "rounded to whole months, at least one."
    ),
    "money.sunk_cac": "What the leads that were never contacted have cost.",
    "money.unrealised_revenue": (
        "Leads never contacted x the conversion rate x the deal value that were stated. Arithmetic, not a claim that "
        "they would have bought."
    ),
    "money.margin_per_won": (
        "deal value - spend / won; without the leak: as if the leads never contacted had been won at the stated rate."
    ),
    "diagnosis": (
        "Checks in order: is the follow-up rate known; had leads an owner; were leads that came in working hours "
        "answered late in working time (accountability) or never (capacity); were leads that came outside them, or on "
        "days with a surge, missed more often by over 10 points, 95 % intervals apart (automation and capacity). A "
        "cause needs more than 10 %. It says where leads are lost, not that speed raises sales."
    ),
    "source_intervals": (
        "in_window_rate: the share contacted in the window, low and high its 95 % Wilson interval; small: fewer than "
        "10 leads, which say little."
    ),
    "previous": "The same figures of as many local days before the period, from the same files.",
    "win_by_bucket": (
        "The share of leads won so far by response time, with its 95 % Wilson interval. It is no claim that speed "
        "made them buy: good leads may be called sooner, and open ones may still be won."
    ),
    "attempts": (
        "Activities from us to the lead, whatever came of them, from its creation on; each counts for the latest lead "
        "of its person. persistence: the share of the leads never contacted that were tried five times or more."
    ),
    "stuck": "The open leads that have been in their stage for longest; days.",
    "stages": (
        "Leads by the stage they are in; median_days: since they got there until the latest time in the files, over "
        "open leads. stuck: the ten open leads that have been in their stage for longest."
    ),
    "capacity": (
        "Erlang C, each hour of the week on its own: leads come at random at the hour's average rate, take `handling` "
        "on average, and the first free person takes the next. within_window is the share picked up within the "
        "window, times the part of the hour that is worked; people_needed is the fewest with whom the target is "
        "reached while everybody works. overflow and idle compare the leads of each day with the room of its working "
        "hours, in leads; no day's overflow is carried over."
    ),
    "ledger": (
        "Each lead not contacted in its window is a row with its cause: no owner when it had to be answered "
        "(routing); else outside working hours or on a day with a surge (automation); else never contacted (capacity) "
        "or late (accountability). One contacted later posts the same amounts back. The rows sum to sunk_cac and "
        "unrealised_revenue to the cent: each sum is divided among the leads never contacted in whole cents, and the "
        "cents left over go one each to the first of them by time of arrival and id."
    ),
    "self_audit": (
        "15 items of 0, 1 or 2 points: 0-10, 11-20 and 21-30 are the bands. Items that data can answer are answered "
        "from them; next_step looks at every open lead, whenever it came. For the others lowest and highest count 0 "
        "and 2 points, and band is given when both are in the same."
    ),
    "readiness": (
        "speed: the share of leads contacted in the window. persistence: of the leads never contacted, the share "
        "tried at least five times. crm_continuity: the share of leads whose owner, source and stage are all filled "
        "in. context_retention: of the contacted leads whose owner and caller are known, the share reached by their "
        "owner."
    ),
    "passive_crm": (
        "Signs that outcomes are written by hand afterwards, that people work by calendar reminders, and that "
        "follow-up is looked at once a week. yes and no need an interval beyond chance, and at least 10 leads; else "
        "unknown."
    ),
}

_OF_FILES = frozenset(
    {"contacted_in_window", "precision", "first_contact", "owners", "activities", "source_intervals", "previous"}
)
SHARED = {name: words for name, words in AUDIT.items() if name not in _OF_FILES}
"""What the nightly figures have in common with the audit's, in its words."""

NO_SPEND_GIVEN = "no spend is given (--spend, --spend-total or --cost-per-lead)"
