"""`tf.train.basic_train_loop`."""

from __future__ import annotations

from tinytf import errors


def basic_train_loop(supervisor, train_step_fn, args=None, kwargs=None, master="") -> None:
    """Calls `train_step_fn(session, *args, **kwargs)` until the supervisor stops; starts anew after an AbortedError.

    Follows `tf.train.basic_train_loop` of TF 1.15.
    """
    again = True
    while again:
        again = False
        try:
            with supervisor.managed_session(master) as sess:
                while not supervisor.should_stop():
                    train_step_fn(sess, *(args or ()), **(kwargs or {}))
        except errors.AbortedError:
            again = True
