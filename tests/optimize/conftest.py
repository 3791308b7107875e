"""A small library on disk whose requests go wrong, and what is needed to optimise it offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import Optimisation, optimize

SKILLS = {
    "invoice-matching": (
        "Helps with money matters.",
        "Match bank transfers with open invoices and flag duplicate payments.",
        (
            "Which invoices are still unpaid",
            "Match this transfer with the right invoice",
            "Flag a double payment",
        ),
    ),
    "travel-expenses": (
        "Helps with money matters and trips.",
        "Collect travel receipts, hotel bills and mileage into an expense claim.",
        (
            "Claim my hotel bill and taxi receipts",
            "Add mileage for the drive to Leeds",
            "Expense claim for the fair",
        ),
    ),
    "payroll-questions": (
        "Helps with money matters of staff.",
        "Explain payslips, overtime pay, tax codes and pension deductions.",
        ("Why is my payslip lower this month", "Which tax code do I have", "Explain the pension deduction"),
    ),
    "helper": (
        "Helps with any task, such as money matters, invoices, trips, payslips and everything else.",
        "Does what is asked.",
        (),
    ),
}
ASKED = {
    "invoice-matching": [
        "the transfer from Meier does not match any open invoice",
        "is there a duplicate payment in this bank list",
        "which open invoices did nobody transfer yet",
        "flag invoices that were paid twice by transfer",
        "open invoices against the bank transfers please",
        "duplicate transfers in March",
        "tell me which invoice this bank transfer belongs to",
        "unmatched transfers and open invoices of the week",
    ],
    "travel-expenses": [
        "put the hotel bill and the receipts into my claim",
        "what mileage can I claim for driving to the fair",
        "claim for the Lisbon hotel",
        "receipts of the trip into an expense claim",
        "mileage and receipts from last week",
        "the taxi receipt belongs in the claim too",
        "hotel and mileage for two days",
        "expense claim with four receipts",
    ],
    "payroll-questions": [
        "what is this pension deduction on the payslip",
        "overtime pay is missing on my payslip",
        "my tax code changed, why",
        "explain the deductions on this payslip",
        "is overtime taxed under another tax code",
        "payslip for June shows no overtime",
        "pension and tax on my payslip",
        "which deductions come off overtime pay",
    ],
}


def write_library(root: Path) -> Path:
    """Write the library and return its folder."""
    for name, (description, about, _) in SKILLS.items():
        folder = root / name
        folder.mkdir(parents=True)
        text = f"---\n# kept\nname: {name}\ndescription: {description}\n# kept too\nlicense: MIT\n---\n\n# {name}\n\n"
        text += f"{about}\n\n## Details\n\n- {about}\n- {about}\n"
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    return root


def write_requests(path: Path) -> Path:
    """Write the labelled requests and return the file."""
    rows = [{"query": query, "gold": [skill]} for skill, queries in ASKED.items() for query in queries]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The library's folder."""
    return write_library(tmp_path / "skills")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings that need no vectors: the lexical scorer as its own router."""
    return Config(
        scorer="lexical",
        router="local",
        requests=(write_requests(tmp_path / "requests.jsonl"),),
        use_cache=False,
    )


@pytest.fixture(scope="session")
def optimised(tmp_path_factory: pytest.TempPathFactory) -> Optimisation:
    """What optimisation makes of the library; made once, since nothing writes into it."""
    folder = tmp_path_factory.mktemp("library")
    requests = write_requests(folder / "requests.jsonl")
    config = Config(scorer="lexical", router="local", requests=(requests,), use_cache=False)
    return optimize(load([write_library(folder / "skills")]), config)
