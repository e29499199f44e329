"""A queue, runners and a coordinator feeding batches; a dataset doing the same."""
import tensorflow as tf

producer = tf.train.range_input_producer(6, num_epochs=2, shuffle=False)
batch = tf.train.batch([producer.dequeue()], batch_size=4)
dataset = tf.data.Dataset.from_tensor_slices(tf.range(5)).map(lambda v: v * v).repeat(2).batch(4)
element = dataset.make_one_shot_iterator().get_next()
queue = tf.FIFOQueue(3, [tf.float32], shapes=[[2]])
fill = queue.enqueue_many([[[1.0, 2.0], [3.0, 4.0]]])
take, size = queue.dequeue(), queue.size()
with tf.Session() as sess:
    sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess=sess, coord=coordinator)
    try:
        while not coordinator.should_stop():
            print(sess.run(batch))
    except tf.errors.OutOfRangeError:
        print("the queue is through")
    finally:
        coordinator.request_stop()
    coordinator.join(threads)
    try:
        while True:
            print(sess.run(element))
    except tf.errors.OutOfRangeError:
        print("the dataset is through")
    sess.run(fill)
    print(sess.run(size), sess.run(take), sess.run(size))
