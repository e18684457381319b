package io.ringflash.engine.cpu;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands results of items on in the items' order, whichever thread computes them when. A thread that
 * comes with the next one hands it on, and what others have left behind it; those went on.
 *
 * @param <T> an object that holds a result, and others after that one was handed on
 */
final class OrderedResults<T> {
  private final Supplier<T> fresh;
  private final Consumer<T> consumer;

  /** By item, the result that waits; null for none. */
  private final @Nullable Object[] results;

  /** Whether an item has ended. */
  private final boolean[] ended;

  private final Deque<T> idle = new ArrayDeque<>();

  /** First item that was not handed on. */
  private int next;

  /** Whether a thread is about it. */
  private boolean handing;

  /**
   * @param items how many there are
   * @param fresh makes an object for results; called by one thread at a time
   * @param consumer gets the results; called by one thread at a time
   */
  OrderedResults(int items, Supplier<T> fresh, Consumer<T> consumer) {
    this.fresh = fresh;
    this.consumer = consumer;
    this.results = new Object[items];
    this.ended = new boolean[items];
  }

  /** An object for a result; the one that was used last, which caches still hold. */
  synchronized T take() {
    return idle.isEmpty() ? fresh.get() : idle.pop();
  }

  /**
   * Ends an item.
   *
   * @param result from {@link #take}, null if the item has none
   */
  void end(int item, @Nullable T result) {
    boolean mine = begin(item, result);
    while (mine) {
      T ready = ready();
      if (ready != null) {
        consumer.accept(ready);
      }
      mine = goOn(ready);
    }
  }

  /** Notes that an item has ended; whether the calling thread is to hand the next one on. */
  private synchronized boolean begin(int item, @Nullable T result) {
    results[item] = result;
    ended[item] = true;
    return !handing && mayHandOn();
  }

  @SuppressWarnings("unchecked") // What end took.
  private synchronized @Nullable T ready() {
    return (T) results[next];
  }

  /** The same after it has handed one on. */
  private synchronized boolean goOn(@Nullable T done) {
    if (done != null) {
      idle.push(done);
    }
    results[next] = null;
    next++;
    return mayHandOn();
  }

  private boolean mayHandOn() {
    handing = next < ended.length && ended[next];
    return handing;
  }
}
