"""tf.contrib.predictor: a saved model or an Estimator as a function of a dict of arrays.  Follows TF 1.15."""

from __future__ import annotations

from tinytf.estimator.mode_keys import ModeKeys
from tinytf.graph.graph import Graph
from tinytf.run.session import Session
from tinytf.saved_model import loader, signature_constants
from tinytf.train.monitored_session import ChiefSessionCreator, MonitoredSession


class Predictor:
    """`predictor({name: array})` gives {name: array}, in a session that stays open."""

    def __init__(self, graph, session, feed_tensors, fetch_tensors):
        self.graph, self.session, self.feed_tensors, self.fetch_tensors = graph, session, feed_tensors, fetch_tensors

    def __repr__(self):
        return "%s with feed tensors %s and fetch_tensors %s" % (type(self).__name__, self.feed_tensors, self.fetch_tensors)

    def __call__(self, input_dict):
        """The outputs; ValueError for an input that there is not."""
        unexpected = set(input_dict) - set(self.feed_tensors)
        if unexpected:
            raise ValueError("Got unexpected keys in input_dict: %s\nexpected: %s" % (unexpected, set(self.feed_tensors)))
        feed = {tensor: input_dict[key] for key, tensor in self.feed_tensors.items() if input_dict.get(key) is not None}
        return self.session.run(self.fetch_tensors, feed)


def _tensors(graph, names):
    return {key: graph.get_tensor_by_name(name) for key, name in names.items()}


def _names(infos):
    return {key: info.name for key, info in infos.items()}


def _predictor(graph, session, signature):
    return Predictor(graph, session, _tensors(graph, _names(signature.inputs)), _tensors(graph, _names(signature.outputs)))


def from_saved_model(
    export_dir, signature_def_key=None, signature_def=None, input_names=None, output_names=None, tags=None, graph=None, config=None
) -> Predictor:
    """The predictor of a saved model.

    Inputs and outputs are those of `signature_def`, of the model's signature `signature_def_key` ("serving_default"), or the
    tensors that `input_names` and `output_names` map to. `tags`: joined by commas; "serve" where there are none.
    """
    if (input_names is None) != (output_names is None):
        raise ValueError("input_names and output_names must both be specified or both be unspecified.")
    if sum(given is not None for given in (signature_def_key, signature_def, input_names)) > 1:
        raise ValueError("You must specify at most one of signature_def_key OR signature_def OR(input_names AND output_names).")
    graph = graph or Graph()
    with graph.as_default():
        session = Session(config=config)
        meta_graph = loader.load(session, (tags or "serve").split(","), export_dir)
    if input_names is not None:
        return Predictor(graph, session, _tensors(graph, input_names), _tensors(graph, output_names))
    return _predictor(graph, session, signature_def or _signature(meta_graph, signature_def_key))


def _signature(meta_graph, key):
    key = key or signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    for name in (key, "default_input_alternative:" + key):  # as tf.contrib.learn wrote it
        if name in meta_graph.signature_def:
            return meta_graph.signature_def[name]
    raise ValueError('Got signature_def_key "%s". Available signatures are %s.' % (key, list(meta_graph.signature_def)))


def from_estimator(estimator, serving_input_receiver_fn, output_key=None, graph=None, config=None) -> Predictor:
    """The predictor of a tf.estimator.Estimator, with the variables of its latest checkpoint."""
    key = output_key or signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    graph = graph or Graph()
    with graph.as_default():
        receiver = serving_input_receiver_fn()
        outputs = estimator.model_fn(receiver.features, None, ModeKeys.PREDICT, estimator.config).export_outputs
        if key not in outputs:
            raise KeyError("output_key must be one of %s; got %s" % (outputs.keys(), key))
        signature = outputs[key].as_signature_def(receiver.receiver_tensors)
        session = MonitoredSession(session_creator=ChiefSessionCreator(config=config, checkpoint_dir=estimator.model_dir))
    return _predictor(graph, session, signature)
