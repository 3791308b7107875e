"""What the name of a skill says."""

import pytest

from skillaudit.analysis.names import named, parts, set_apart, subject
from skillaudit.schema import Skill


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("web-scraping-expert", {"web", "scrap"}),
        ("WebScraping", {"web", "scrap"}),
        ("reviewing_docs", {"doc"}),
        ("doc-guide", {"doc"}),
        ("skill-creator", set()),
    ],
)
def test_a_subject_has_neither_roles_nor_quality(name: str, about: set[str]) -> None:
    assert subject(parts(name)) == about


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("stripe", "Take payments by Stripe."), ("paypal", "Take payments by PayPal."), True),
        (("stripe", "Take payments by Stripe."), ("payments", "Take payments by any provider."), True),
        (("stripe", "Take payments."), ("paypal", "Take payments."), False),
        (("stripe", "Stripe or PayPal payments."), ("paypal", "PayPal or Stripe payments."), False),
        (("cirq", "Circuits. For others use qiskit."), ("qiskit", "Circuits. For others use cirq."), True),
        (("ads", "Ads. For many texts, see ad-creative."), ("ad-creative", "Ads."), True),
        (("speed", "Make pages quick."), ("page-quick", "Make pages quick. Use speed tests."), False),
        (("deploy-app", "Deploy the app."), ("deploy-service", "Deploy a service."), False),
        (("docs-guide", "Write docs."), ("doc-expert", "Write docs well."), False),
        (("eventgrid-dotnet", "Publish events."), ("eventgrid-py", "Publish events."), True),
        (("md-to-office", "Convert documents."), ("office-to-md", "Convert documents."), True),
        (("api-v1", "Call the API."), ("api-v2", "Call the API."), True),
        (("api", "Call the API."), ("api-v2", "Call the API."), False),
        (("detecting-abuse", "Look into abuse."), ("performing-abuse", "Look into abuse."), True),
    ],
)
def test_a_name_sets_apart_what_its_description_alone_speaks_of(
    one: tuple[str, str], other: tuple[str, str], apart: bool
) -> None:
    a, b = (named(Skill(id=name, name=name, description=text)) for name, text in (one, other))
    assert set_apart(a, b) is set_apart(b, a) is apart
