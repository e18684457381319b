package io.ringflash.cli;

import io.ringflash.experiment.Progress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
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
  private final long units;
  private final AtomicLong done = new AtomicLong();
  private final long start = System.nanoTime();
  private final @Nullable Thread starter;
  private @Nullable ProgressBar bar;
  private boolean closed;

  /**
   * @param units of work in all
   * @param visible whether somebody looks at stderr
   */
  ConsoleProgress(String task, long units, boolean visible) {
    this.task = task;
    this.units = units;
    this.starter = visible ? Thread.ofVirtual().start(this::showLater) : null;
  }

  @Override
  public synchronized void advance(long count) {
    done.addAndGet(count);
    if (bar != null) {
      bar.stepTo(done.get());
    }
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (starter != null) {
      starter.interrupt();
    }
    synchronized (this) {
      closed = true;
      if (bar != null) {
        bar.close();
      }
    }
  }

  private void showLater() {
    try {
      Thread.sleep(DELAY);
    } catch (InterruptedException e) {
      return; // The work is done already.
    }
    synchronized (this) {
      if (!closed) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(units)
                .setStyle(
                    Terminal.isUnicode() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .startsFrom(done.get(), Duration.ofNanos(System.nanoTime() - start))
                .clearDisplayOnFinish()
                .hideEta()
                .build();
      }
    }
  }
}
