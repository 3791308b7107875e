"""Code that a model's files name is never run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillaudit.embedding.classes import check_classes
from skillaudit.embedding.stage import embed
from skillaudit.errors import EmbeddingError

OWN = "sentence_transformers.models."


def put(folder: Path, file: str, data: object) -> None:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(json.dumps(data), encoding="utf-8")


def test_a_module_from_the_models_folder_is_refused_before_it_is_imported(tiny: Path) -> None:
    ran = tiny / "ran"
    (tiny / "planted.py").write_text(f"open({str(ran)!r}, 'w').close()\n", encoding="utf-8")
    put(tiny, "modules.json", [{"idx": 0, "name": "0", "path": "", "type": "planted.Module"}])
    with pytest.raises(EmbeddingError, match=r"names code of its own \(modules\.json: 'planted\.Module'\)"):
        embed(["a"], model=str(tiny), device="cpu")
    assert not ran.exists()


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("2_Dense/config.json", {"activation_function": "os.system"}),
        ("2_Dense/config.json", {"activation_function": "torch.hub.load"}),
        ("2_Dense/config.json", {"activation_function": "torch.nn.os.system"}),
        ("a/b/c/router_config.json", {"types": {"query": f"{OWN}Transformer", "document": "planted.Module"}}),
        ("0/wordembedding_config.json", {"tokenizer_class": "planted.Tokenizer"}),
        ("modules.json", [{"type": f"{OWN}Pooling"}, {"type": "sentence_transformers_.Module"}]),
        ("modules.json", [{"type": "sentence_transformers..evil"}]),
        ("config.json", {"sentence_transformers": {"activation_fn": "torch.distributed.run.main"}}),
        ("config.json", {"sbert_ce_default_activation_function": "torch.utils.collect_env.main"}),
    ],
)
def test_wherever_a_file_names_it(tiny: Path, file: str, data: object) -> None:
    put(tiny, file, data)
    with pytest.raises(EmbeddingError, match="names code of its own"):
        check_classes("tiny", tiny)


def test_what_belongs_to_the_library_passes(tiny: Path) -> None:
    put(tiny, "2_Dense/config.json", {"activation_function": "torch.nn.modules.activation.Tanh"})
    put(tiny, "config.json", {"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}})
    put(tiny, "3_Router/router_config.json", {"types": {"query": f"{OWN}Transformer"}})
    (tiny / "broken.json").write_text("[" * 9000, encoding="utf-8")
    check_classes("tiny", tiny)
