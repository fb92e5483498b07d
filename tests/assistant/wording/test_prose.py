"""The prose of an answer read back, by the server and by the script of the page: the same blocks, item for item."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import assistant.web
from assistant.wording.prose import blocks, pieces, plain, sentences

STATIC = Path(assistant.web.__file__).parent / "static"
ANSWERS = [
    "",
    "Un bilan est dû. [1]",
    "Un bilan est dû. [1] Il est signé. [2][3]\n\n**Quand** : avec le devis. [4]",
    "**Non : votre effectif, 12 salariés, ne dépasse pas 500.** La CSRD vise les grandes. [1]",
    "Trois étapes. [1]\n\n1. Demander. [2]\n2. Payer. [3]\n3. Tourner. [4]\n\nSauf urgence. [5]",
    "- Le 1er mars. [1]\n- Le 2 mars. [2]",
    "**Cela dépend d'un détail.**\n\n- Un. [1]\n- Deux. [2]",
    "1. Un.\nsuite de un. [1]\n2. Deux. [2]",
    "1. Un. [1]\n3. Trois sans deux. [2]",
    "2. Ce n'est pas une liste. [1]",
    "RGA, art. 122-18 : « remettent :\n\n1° un bilan ;\n\n2° un autre. » [1]",
    "Texte\n- avec un tiret à la ligne. [1]",
    "\n\nUn. [1]\n\n\n\nDeux. [2]\n",
    "<script>alert(1)</script> [lien](javascript:1) # titre [1]",
    "- ☐ Remettre le bilan. [1]",
    "Prix : [x] ** non fermé [1]",
]


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        (ANSWERS[0], []),
        (ANSWERS[2], [("paragraph", 1), ("paragraph", 1)]),
        (ANSWERS[4], [("paragraph", 1), ("steps", 3), ("paragraph", 1)]),
        (ANSWERS[5], [("bullets", 2)]),
        (ANSWERS[7], [("steps", 2)]),
        (ANSWERS[8], [("steps", 1)]),
        (ANSWERS[9], [("paragraph", 1)]),
        (ANSWERS[11], [("paragraph", 1)]),
        (ANSWERS[12], [("paragraph", 1), ("paragraph", 1)]),
    ],
)
def test_blocks(markdown: str, found: list[tuple[str, int]]) -> None:
    assert [(b.form, len(b.items)) for b in blocks(markdown)] == found


def test_pieces_keep_a_number_by_its_word() -> None:
    assert pieces("**Non :** rien n'est dû. [1] [12]") == [
        ("strong", "Non :"), ("text", " rien n'est dû."), ("cite", "1"), ("cite", "12"),
    ]  # fmt: skip
    assert pieces("deux ** seules étoiles") == [("text", "deux ** seules étoiles")]
    assert plain("**Non :** rien.") == "Non : rien."


def test_sentences_of_paragraphs_and_lists() -> None:
    assert list(sentences(ANSWERS[4])) == [
        ("Trois étapes.", (1,)), ("Demander.", (2,)), ("Payer.", (3,)), ("Tourner.", (4,)), ("Sauf urgence.", (5,)),
    ]  # fmt: skip
    assert list(sentences("Un. [1] [2] Sans rien.")) == [("Un.", (1, 2)), ("Sans rien.", ())]


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs the module of the page")
def test_the_page_reads_the_same() -> None:
    script = (
        f"import {{ blocks }} from {json.dumps((STATIC / 'blocks.js').as_uri())};"
        "let text = ''; for await (const part of process.stdin) text += part;"
        "console.log(JSON.stringify(JSON.parse(text).map(blocks)));"
    )
    node = ["node", "--input-type=module", "--eval", script]
    ran = subprocess.run(node, input=json.dumps(ANSWERS), capture_output=True, text=True, check=True, timeout=60)
    theirs = [[(b["form"], tuple(b["items"])) for b in answer] for answer in json.loads(ran.stdout)]
    assert theirs == [[(b.form, b.items) for b in blocks(answer)] for answer in ANSWERS]
