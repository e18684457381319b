package io.ringflash.engine.tornado;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The clock of an NVIDIA GPU's multiprocessors while something is measured, as nvidia-smi samples
 * it.
 */
final class GpuClock implements AutoCloseable {
  private final Process sampler;
  private final Thread reader;
  private final List<Sample> samples = new ArrayList<>();

  private record Sample(long nanos, int megahertz) {}

  private GpuClock(Process sampler) {
    this.sampler = sampler;
    this.reader = Thread.ofPlatform().name("gpu-clock").daemon().start(this::read);
  }

  /** Begins to sample the first GPU; without nvidia-smi there are no samples. */
  static GpuClock start() {
    try {
      return new GpuClock(
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "exec nvidia-smi -i 0 --query-gpu=clocks.sm --format=csv,noheader,nounits -lms 20")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new IllegalStateException("there is no shell", e);
    }
  }

  /** The median clock since {@code nanos}, in words. */
  synchronized String since(long nanos) {
    int[] clocks =
        samples.stream()
            .filter(s -> s.nanos >= nanos)
            .mapToInt(Sample::megahertz)
            .sorted()
            .toArray();
    return clocks.length == 0 ? "clock unknown" : clocks[clocks.length / 2] + " MHz";
  }

  @Override
  public void close() {
    sampler.destroy();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (BufferedReader lines = sampler.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        add(new Sample(System.nanoTime(), Integer.parseInt(line.strip())));
      }
    } catch (IOException | NumberFormatException e) {
      // The sampler has ended, or says that the GPU has no such clock.
      sampler.destroy();
    }
  }

  private synchronized void add(Sample sample) {
    samples.add(sample);
  }
}
