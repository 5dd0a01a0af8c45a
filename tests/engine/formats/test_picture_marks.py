"""Marks that stand for pictures in texts."""

from engine.formats import Prompt
from engine.formats.picture_marks import marked, with_pictures
from engine.formats.values import Piece
from engine.values import Message, Picture

RED = Picture("red.rgb", "ab" * 32, 2, 2, at=4)
GREEN = Picture("green.rgb", "cd" * 32, 2, 2, at=4)


def test_pictures_of_one_place_keep_their_order_and_texts_around_them() -> None:
    messages, sign = marked((Message("user", "See two.", media=(RED, GREEN)),))
    assert messages == (Message("user", f"See {sign}0{sign}{sign}1{sign}two."),)


def test_a_text_that_spells_the_sign_gets_another() -> None:
    spelled = chr(0x100000)
    messages, sign = marked((Message("system", spelled), Message("user", "See", media=(RED,))))
    assert sign and sign != spelled
    assert messages[0].content == spelled


def test_conversations_without_pictures_have_no_marks() -> None:
    given = (Message("user", "Hello"),)
    assert marked(given) == (given, "")
    prompt = Prompt("Hello")
    assert with_pictures(prompt, "", given, lambda _: ()) is prompt


def test_a_mark_in_the_prompt_is_one_that_no_text_can_spell_and_the_same_in_every_request() -> None:
    given = (Message("user", "See it", media=(RED,)),)
    prompts = []
    for taken in ("", chr(0x100000)):
        messages, sign = marked((*given, Message("assistant", taken or "Yes")))
        text = f"<{messages[0].content}>answer"
        prompt = Prompt(text, (Piece(text, True),), continued_from=text.index("answer"))
        prompts.append(with_pictures(prompt, sign, given, lambda _: (-5, -6)))
    assert prompts[0] == prompts[1]
    (mark, tokens), *_ = prompts[0].pictures.items()
    assert mark.startswith("\0") and tokens == (-5, -6)
    assert prompts[0].text[prompts[0].continued_from :] == "answer"
    assert prompts[0].before_answer.pictures == prompts[0].pictures
