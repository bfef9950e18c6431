"""A raw mail through the deployed template.

S3 notifies the queue, the queue the function, IAM enforced.
"""

import pytest

from leadtight.domain.model.identity import person_key
from tests.e2e.stage import Stage, eventually
from tests.unit.adapters.email.letters import mail


@pytest.mark.proves("A2")
def test_a_mail_in_the_bucket_becomes_an_acknowledged_lead_and_its_answer_joins_it(stage: Stage) -> None:
    def drop(name: str, raw: bytes) -> None:
        stage.client("s3").put_object(Bucket=stage.info.mail_bucket, Key=f"ses/{name}", Body=raw)

    drop("first mail", mail("Please call me.", headers={"From": "Mail Person <mail-person@example.com>"}))
    [lead_id] = eventually("a lead", lambda: stage.table.leads_of([person_key("mail-person@example.com")]))
    lead = stage.lead(lead_id)
    assert (lead.inquiry.message, lead.inquiry.fields["subject"]) == ("Please call me.", "Solar roof")
    eventually("an acknowledgement", lambda: stage.messages(lead_id, "acknowledge")[0].provider_id)
    sent = stage.messages(lead_id, "acknowledge")[0].provider_id
    answer = {
        "From": "Colleague <colleague@example.com>",
        "Message-ID": "<answer@example.com>",
        "In-Reply-To": f"<{sent}@eu-central-1.amazonses.com>",
    }
    drop("answer", mail("Tuesday suits us.", headers=answer))
    eventually("the answer", lambda: "inquiry_joined" in stage.kinds(lead_id))
    assert stage.table.leads_of([person_key("colleague@example.com")]) == (lead_id,)
