"""tf.contrib.training.HParams and tf.contrib.learn.preprocessing."""

import pytest

import tinytf as tf


def test_hparams_parse_by_type():
    hparams = tf.contrib.training.HParams(rate=0.1, layers=[1, 2], name="a", flag=False)
    hparams.parse("rate=1e-3,layers=[3,4,5],name=b c,flag=true")
    assert hparams.values() == {"rate": 1e-3, "layers": [3, 4, 5], "name": "b c", "flag": True}
    assert "rate" in hparams and hparams.get("other", 7) == 7
    assert tf.contrib.training.HParams(rate=1.0).parse_json('{"rate": 2}').rate == 2.0


def test_values_are_parsed_by_a_map_of_types():
    parse_values = tf.contrib.training.hparam.parse_values
    assert parse_values("a=1,b[2]=3.5,b[0]=1,c=[x,y]", {"a": int, "b": float, "c": str}) == {"a": 1, "b": {2: 3.5, 0: 1.0}, "c": ["x", "y"]}
    assert parse_values("a=1,z=3", {"a": int}, ignore_unknown=True) == {"a": 1}
    for text in ("b=1,b[0]=2", "b[0]=1,b[0]=2"):
        with pytest.raises(ValueError, match="Multiple assignments"):
            parse_values(text, {"b": int})


@pytest.mark.parametrize("text, words", [("x=1", "Unknown"), ("n=a", "Could not parse"), ("n=1,n=2", "Multiple"), ("?", "Malformed")])
def test_hparams_refuse(text, words):
    with pytest.raises(ValueError, match=words):
        tf.contrib.training.HParams(n=1).parse(text)


def test_vocabulary_processor(tmp_path):
    texts = ["the cat sat", "the dog sat down", "a bird"]
    processor = tf.contrib.learn.preprocessing.VocabularyProcessor(3, min_frequency=1)
    assert [row.tolist() for row in processor.fit_transform(texts)] == [[2, 0, 1], [2, 0, 1], [0, 0, 0]]
    path = str(tmp_path / "vocabulary")
    processor.save(path)
    again = tf.contrib.learn.preprocessing.VocabularyProcessor.restore(path)
    assert len(again.vocabulary_) == 3 and list(again.reverse([[1, 2]])) == ["sat the"]
