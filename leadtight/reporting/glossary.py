"""Definitions of all figures, for their readers.

A number and its definition travel together.
"""

LOST_WITHOUT_REASON = (
    "Leads closed as lost in the period without a recorded reason; the oldest first. Recording “lost” again, with a "
    "reason, takes a lead off the list."
)
UNASSIGNED_WHILE_IDLE = (
    "Leads that had no owner in the period, for longer than routing and one sweep may take, while a member of their "
    "pool was at work, not on planned leave, and below their caps by the leads they have now. Switching to away by "
    "hand leaves no history and is not considered. The longest waiting first."
)

FIGURES = {
    "leads": "Leads whose inquiry arrived in the period, except those that a rule of the policy excludes.",
    "excluded": (
        "Leads of the period that a rule of the policy excludes, by its reason, or that an import kept as historical "
        "records. They count in no other figure of the period."
    ),
    "contacted": "Of these, leads that a person reached by the time of the report. Automatic replies do not count.",
    "never_contacted": "Of these, leads that no person had reached by the time of the report.",
    "contact_rate": "The share of all leads that were contacted.",
    "contacted_in_window": (
        "Leads reached at or before their own promised deadline, which was fixed when they arrived. A transferred lead "
        "keeps its first deadline."
    ),
    "follow_up_rate": "The share of all leads that were contacted in their window.",
    "qualified": (
        "Of the leads, those that are qualified as `means` says: how many were contacted, in their window or at all, "
        "the share of each, and the gap: qualified leads less contacted ones."
    ),
    "closed_without_contact": "Leads closed before anyone reached them: not contacted, and not waiting either.",
    "pending": "Leads not reached yet whose promised deadline had not passed at the time of the report.",
    "missed": (
        "Leads neither reached nor closed by their promised deadline. Reaching them later does not undo it, nor does a "
        "time entered by hand; proof that they were reached in time does, from the next report on."
    ),
    "response": (
        "Calendar seconds from the inquiry's arrival to the first contact, over the leads that were contacted. "
        "p90 is the 90th percentile with linear interpolation."
    ),
    "buckets": (
        "Leads by response time. Exactly five minutes belong to “5 to 30 minutes”, exactly 24 hours to “2 to 24 "
        "hours”. The last bar shows the leads without a contact by the time of the report."
    ),
    "owners": (
        "By a lead's first owner, even if another person reached it; leads without one never had an owner. Mean, "
        "median and 90th percentile are calendar time, over the leads that were contacted."
    ),
    "stage_waits": (
        "By stage: left counts the leads that were in it and moved on, median is the calendar seconds they spent there "
        "over all their stays, waiting counts those in it now. The wait until a lead is qualified is counted here, "
        "apart from the answer of its next owner."
    ),
    "owner_response": (
        "By the pool a lead is in: calendar seconds from the assignment to its present owner to their first contact, "
        "without earlier waits in stages or with other owners. owned counts leads, answered those reached that way."
    ),
    "attempts": (
        "By the outcomes on record of each lead, recorded by a person or proved, of whatever kind; undone outcomes and "
        "automatic messages are none. Persistence is the share of leads without a contact that were tried five times "
        "or more."
    ),
    "stages": "Leads of the period by present stage. The days are the median time that open ones have been in it.",
    "stuck": "The open leads of the period that have been in their stage the longest, in days.",
    "stalls": (
        "All open leads at the time of the report, whenever they arrived, by stage: open counts them, median_days is "
        "the median time they have been in it, stuck counts those without an outcome for longer than "
        "untouched_after_seconds, counted from the inquiry if there is none. The longest untouched are listed first."
    ),
    "automatic_messages": (
        "Messages, texts and calls that went to leads by themselves, by purpose and channel, and what happened to them "
        "in the period; one can be sent in it and confirmed later. Texts by SNS have no receipt and are never "
        "confirmed, delivered or not. None of them is a contact, and none stops the promise of a first answer."
    ),
    "contacts_by_people": (
        "first_contacts: leads that a person reached for the first time in the period. outcomes: what people recorded, "
        "and what was proved of their calls and mails. Automatic messages are not among them."
    ),
    "sources": "By the source a lead came from; won: leads won by the time of the report.",
    "completeness": (
        "By source: listed is what the source reports for the day, arrived what it delivered by itself, recovered what "
        "was missing and fetched by reconciliation, outstanding what is still missing. completeness is "
        "(arrived + recovered) / listed, null when nothing was listed. A source that was not compared has no figures; "
        "why says the reason."
    ),
    "invariants": (
        "What must never happen. ownerless: leads of the window that waited for their first owner longer than the "
        "routing grace period and one sweep; without_next_action: open leads with an owner and no next action; stale: "
        "open leads whose last outcome is older than they may be untouched, and a day past a next action planned for "
        "later, without a task due since. days_at_zero: days up to and including this one without any of them, of the "
        "days of the window."
    ),
    "lost_without_reason": LOST_WITHOUT_REASON,
    "unassigned_while_idle": UNASSIGNED_WHILE_IDLE,
    "marketing_sales_gap": "generated: leads; contacted: leads reached; gap: the difference.",
}

HEADLINES = {
    "completeness": (
        "Four times a day, sources that have a list are asked what they had yesterday and today, and the mail bucket "
        "is compared with the mails that were settled. What is missing is taken as if it had been delivered."
    ),
    "follow_up_rate": (
        "Share of the week’s leads that a person reached by the lead’s own promised deadline. It is fixed when the "
        "lead arrives; transferring the lead does not move it."
    ),
    "contact_rate": "Share of the week’s leads that a person reached, in time or not. Automatic replies do not count.",
    "median_response": (
        "From arrival to the first human contact, in calendar time, nights and weekends included. Leads that were "
        "never reached are left out."
    ),
    "buckets": (
        "The week’s leads by the time from arrival to the first human contact. Exactly five minutes belong to “5 to 30 "
        "minutes”, exactly 24 hours to “2 to 24 hours”. “Not reached yet” is as of this report."
    ),
    "qualified_gap": "The week’s qualified leads that no person has reached, in number and as their share.",
    "gap": "Leads generated, less those that a person has reached: all leads, and the qualified ones among them.",
    "monthly_waste": "The spend of one month times the share of the last four weeks’ leads without a contact.",
    "days_at_zero": (
        "Days up to the end of this report on which no open lead was without an owner for longer than routing and one "
        "sweep may take, every open lead with an owner had a next action, and none was stale: long untouched without a "
        "task for it."
    ),
    "beside": (
        "The earlier figures come from the metrics of their last night. Four full weeks contain each weekday equally "
        "often. For another period, such as 90 days, run leadtight audit on an export of the leads."
    ),
    "leak": (
        "Every lead of the last four weeks not answered in time, once, by its circumstance: it had no owner; else it "
        "arrived outside working hours or on a day with a surge; else it was never contacted, or contacted late. Leads "
        "contacted later cost nothing here; the rest add up to the money below, to the cent. A cause above is a "
        "pattern of many leads, so its share is a different figure."
    ),
    "stalls": (
        "All open leads by stage: the median days they have been in it, and how many of them are stuck, which is "
        "without an outcome for longer than a lead may be untouched. The list below has those longest in their stage."
    ),
    "automatic": (
        "What went to leads by itself in the week. None of it counts as a contact: the promise of a first answer runs "
        "on until a person has reached the lead."
    ),
    "owners": (
        "The week’s leads by their first owner, even if another person reached them. In time: share reached by the "
        "lead’s promised deadline. Median, mean and p90 (nine of ten took no longer) are calendar time, over the leads "
        "that were reached."
    ),
}

DISAGREEMENTS = {
    "denied": "Leads who answered in the week that no one has been in touch, although a contact was logged by then.",
    "unlogged": "Leads who answered that someone has been in touch, although no contact was logged.",
}
PROMISES = {
    "due": "Leads whose promised first-response deadline fell in the week, whenever they arrived.",
    "kept": "Of these, leads reached by that deadline. Those neither kept nor missed were closed without a contact.",
    "missed": (
        "Leads whose promised first-response deadline passed in the week before they were reached, whenever they "
        "arrived. Reaching them later does not undo it; only proof that they were reached in time does."
    ),
}

EVENTS = {
    "received": "Leads recorded on this day.",
    "excluded": "Of these, leads that a rule of the policy excludes.",
    "joined": "Inquiries that joined the open lead of a person who had written before.",
    "auto_replies": "Automatic replies from leads, such as absence notices: kept, but not a contact.",
    "calls_booked": "Calls that known leads booked by themselves.",
    "assigned": "Leads that got their first owner on this day.",
    "reassigned": (
        "Times a lead moved to another owner: after a missed deadline, because its owner was absent, or back again."
    ),
    "offered_on": "Times a waiting lead went to a member of its pool who had capacity again.",
    "handed_over": "Times a lead moved to another pool: by a person, by an outcome or past a stage's limit.",
    "expired": "Times a lead went to another owner because its owner had not touched it for too long.",
    "cover_prolonged": "Times a lead could not go back at the end of a leave, because its owner was still absent.",
    "warned": "Times an owner was warned of an approaching deadline.",
    "missed": "Times a deadline was missed, for first responses and next actions.",
    "missed_by_target": "The same by kind of deadline.",
    "escalated": "Times another person was notified of a missed deadline.",
    "stalled": "Times a lead stood still for too long and its owner got a task.",
    "rearmed": "Times `leadtight rearm` put a lead's clocks under the policy of that day.",
    "enrolled": "Times a lead entered a sequence.",
    "sequence_steps": "Steps of sequences that came due, messages, calls and tasks.",
    "calls_failed": "Calls that could not be made, according to their provider.",
    "calls_made_tasks": "Automatic calls that became tasks: without an outcome in time, answered, or failed.",
    "sequences_ended": "Times a sequence ended or was stopped.",
    "retired": "Leads closed because all attempts of their sequence brought no answer.",
    "leads_asked": "Leads past their promise that were asked whether anyone had been in touch.",
    "leads_answered": "Times a lead answered that question.",
    "answers_by_kind": "The same by answer: yes, someone has been in touch; no, no one has.",
    "disagreements_by_owner": (
        "Of these, by the lead's owner, those that the log contradicts: a contact is logged and the lead knows of "
        "none, or the lead knows of one that is not logged."
    ),
    "leads_not_reached": "Leads whose mails or texts bounced: they have to be reached another way.",
    "alerts_not_delivered": "Times an alert could not be delivered, so that another person was notified.",
    "opted_out": "Times a lead opted out of a channel permanently, or repeated it.",
    "erased": "Leads whose person was erased by `leadtight erase`; their times and outcomes still count.",
    "reminded": "Times an owner was reminded of something overdue.",
    "concerns": "Messages of leads in which a rule of the policy found a concern for a person to handle.",
    "outcomes": "Outcomes people recorded.",
    "outcomes_proven": "Outcomes shown by a provider's event, a mail's headers or a call log.",
    "first_contacts_corrected": "Times a contact turned out to be earlier than the first one on record.",
    "outcomes_undone": "Outcomes that people undid.",
    "outcomes_by_kind": "Outcomes recorded, by kind.",
    "messages_by_template": "Messages sent, by template.",
    "messages": (
        "Messages by what happened to them on this day: one can be sent today and confirmed tomorrow. Texts by SNS "
        "have no receipt and are never confirmed, delivered or not."
    ),
}

RECORDED_LATE = (
    "Leads recorded in the week on a later local date than the arrival date that their source states, both in the "
    "company’s zone; the oldest first. Historical records are not among them."
)

NO_SPEND = "no marketing spend is recorded"
SPEND_BY_MONTH = "spend is stated by month: it applies to the window, not to a shorter period"
NO_DEAL_VALUE = "the policy states no deal value"
NO_CONVERSION_RATE = "the policy states no conversion rate"
NO_HANDLING = "the policy does not state the handling time of a lead (capacity.handling)"
NO_WINDOW = "neither the policy’s capacity nor one of its targets states how soon a lead is to be taken up"
NO_ROSTER = "no pool of the policy has an active member"
NO_CONTACT = "no lead of the period has been contacted"
NO_LEADS = "no lead arrived in the period"
NO_QUALIFIED = "no lead of the period is qualified"

AUDIT = {
    "contacted_in_window": (
        "Leads contacted within the window after their creation, in calendar time. A contact after exactly five "
        "minutes is within a window of five minutes, and belongs to the bar “5 to 30 minutes”."
    ),
    "precision": (
        "A column is precise to the minute when no time in it has seconds. A lead is undecided when the missing "
        "seconds may decide whether it was contacted in the window."
    ),
    "first_contact": (
        "The earliest contact at or after the lead's creation, from the lead's own columns and from activities that "
        "count as contact. A contact before the creation does not count. Blank keys join nothing."
    ),
    "business_response": "The part of the response time in working hours, over the leads that were contacted.",
    "owners": "By the owner named in the export. Waits are over the leads that were contacted.",
    "segments": (
        "By when a lead arrived, in local time: within the working day, at a weekend outside it, else after hours. A "
        "day has a surge when it brings at least 10 leads, and over 1.5 times the median of its kind of day (Monday to "
        "Friday, or weekend) in the two weeks before and after."
    ),
    "heat": (
        "Leads by weekday and hour of their creation, in local time. The range is the 95 % Wilson interval of the "
        "share contacted in the window; hours with fewer than 10 leads are marked."
    ),
    "activities": (
        "Accepted rows count as contact, excluded rows do not, rejected rows have no readable time. Rows that join a "
        "lead, join no lead (unjoined) or have a blank key are counted among accepted and excluded ones."
    ),
    "money.monthly_waste": (
        "The spend of one month times the share of leads without a contact. Months are the days covered divided by "
        "30.4375, rounded to whole months, at least one."
    ),
    "money.sunk_cac": "The cost of the leads without a contact.",
    "money.unrealised_revenue": (
        "Leads without a contact, times the stated conversion rate and deal value. Arithmetic, not a claim that they "
        "would have bought."
    ),
    "money.margin_per_won": (
        "The deal value less the spend per won deal; without the leak: as if the leads without a contact had been won "
        "at the stated rate."
    ),
    "diagnosis": (
        "Checks in order: is any contact on record; did leads have an owner; were leads that arrived in working hours "
        "answered late in working time (accountability) or not at all (capacity); were leads that arrived outside "
        "them, or on days with a surge, missed more often by over 10 points, with separate 95 % intervals (automation "
        "and capacity). A cause needs more than 10 %. It shows where leads are lost, not that speed raises sales."
    ),
    "source_intervals": (
        "The interval is the 95 % Wilson interval of the share contacted in the window; fewer than 10 leads (few) tell "
        "little."
    ),
    "previous": "The same figures of as many local days before the period, from the same files.",
    "win_by_bucket": (
        "The share of leads won so far by response time, with its 95 % Wilson interval. It is not a claim that speed "
        "made them buy: good leads may be called sooner, and open ones may still be won."
    ),
    "attempts": (
        "Outbound activities from the lead's creation on, whatever their outcome; each counts for the person's latest "
        "lead. Persistence is the share of leads without a contact that were tried five times or more."
    ),
    "stuck": "The open leads that have been in their stage the longest, in days.",
    "stages": (
        "Leads by their present stage. The days are the median time that open leads have been in it, up to the latest "
        "time in the files."
    ),
    "capacity": (
        "Erlang C, each hour of the week on its own: leads arrive at random at the hour's average rate, take the "
        "stated time on average, and the first free person takes the next. In window is the share picked up within "
        "it, times the part of the hour that is worked; by a roster, the average over the dates of the period, each "
        "with the people whose shifts include it and who were not on planned leave (caps, and switches to away by "
        "hand, are not considered). People needed is the smallest number that reaches the target while all of them "
        "work. Overflow and idle compare the leads of each day with the capacity of its working hours, in leads; "
        "overflow is not carried over to the next day."
    ),
    "ledger": (
        "Each lead not contacted in its window is counted here once, by its circumstance: it had no owner; else it "
        "arrived outside working hours or on a day with a surge; else it was never contacted; else it was contacted "
        "late. This sorts single leads; a cause in the diagnosis is a pattern of many beyond chance, so its share is a "
        "different figure. The amounts of a lead contacted later are posted back. The amounts add up to the cost of "
        "the leads without a contact and to the unrealised revenue, to the cent: each sum is divided in whole cents, "
        "and the remaining cents go one each to the first leads by time of arrival and id."
    ),
    "self_audit": (
        "15 items of 0, 1 or 2 points: 0-10, 11-20 and 21-30 are the bands. Items that data can answer are answered "
        "from it; next steps are checked for every open lead, whenever it arrived. For the others the range counts 0 "
        "and 2 points, and a band is shown when both ends are in the same one."
    ),
    "readiness": (
        "Speed: the share of leads contacted in the window. Persistence: of the leads without a contact, the share "
        "tried at least five times. CRM continuity: the share of leads whose owner, source and stage are all filled "
        "in. Context retention: of the contacted leads whose owner and caller are known, the share reached by their "
        "owner."
    ),
    "passive_crm": (
        "Signs that outcomes are recorded by hand afterwards, that people work by calendar reminders, and that "
        "follow-up is reviewed once a week. Yes and no need at least 10 leads and an interval beyond chance."
    ),
}

_OF_FILES = frozenset(
    {"contacted_in_window", "precision", "first_contact", "owners", "activities", "source_intervals", "previous"}
    | {"attempts", "stages", "stuck"}
)
SHARED = {name: words for name, words in AUDIT.items() if name not in _OF_FILES}
"""Definitions that the nightly figures share with the audit."""

NOTHING_SPENT_ON = "nothing was spent on"
UNATTRIBUTED_SPEND = "some spend has no source, which is not the spend on leads without a source"
NO_SPEND_GIVEN = "no spend is given (--spend, --spend-total or --cost-per-lead)"
NO_SPEND_READ = "no row of the spend file has an amount on days that the leads cover"
