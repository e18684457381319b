package io.ringflash.cli;

import io.ringflash.experiment.Progress;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with the time left, on stderr, for work that takes more than two seconds. */
final class ConsoleProgress implements Progress, AutoCloseable {
  private static final Duration DELAY = Duration.ofSeconds(2);
  private static final int UPDATE_MILLIS = 250;

  private final String task;
  private final boolean visible;
  private long units;
  private long done;
  private long start;
  private @Nullable Thread starter;
  private @Nullable ProgressBar bar;

  /**
   * @param visible whether somebody looks at stderr
   */
  ConsoleProgress(String task, boolean visible) {
    this.task = task;
    this.visible = visible;
  }

  /** The work begins, or its next part: so many units of it. */
  synchronized void expect(long count) {
    close();
    units = count;
    done = 0;
    start = System.nanoTime();
    if (visible) {
      starter = Thread.ofVirtual().start(this::showLater);
    }
  }

  @Override
  public synchronized void advance(long count) {
    done += count;
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  /** Takes the bar away. */
  @Override
  public synchronized void close() {
    if (starter != null) {
      starter.interrupt();
      starter = null;
    }
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  private void showLater() {
    try {
      Thread.sleep(DELAY);
      show(Thread.currentThread());
    } catch (InterruptedException e) {
      // The work is done already.
    }
  }

  private synchronized void show(Thread caller) {
    if (caller != starter) {
      return;
    }
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(units)
            .setStyle(
                Terminal.isUnicode() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(System.err))
            .startsFrom(done, Duration.ofNanos(System.nanoTime() - start))
            .clearDisplayOnFinish()
            .build();
  }
}
