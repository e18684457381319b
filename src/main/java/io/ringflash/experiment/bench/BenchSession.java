package io.ringflash.experiment.bench;

import io.ringflash.RingFlashAttention;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.Commit;
import io.ringflash.experiment.VerificationReport;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.process.ProcessGroup;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sweep from its cases to what is kept of it. */
public final class BenchSession {
  private final List<BenchCase> cases;
  private final Repetition repetition;
  private final ProcessGroup processes;
  private final @Nullable RunFolder folder;

  /** Draws a run into its folder. */
  @FunctionalInterface
  public interface Painter {
    /**
     * @return the files
     */
    List<Path> draw(List<Measurement> measurements, Path folder);
  }

  private BenchSession(
      List<BenchCase> cases,
      Repetition repetition,
      ProcessGroup processes,
      @Nullable RunFolder folder) {
    this.cases = cases;
    this.repetition = repetition;
    this.processes = processes;
    this.folder = folder;
  }

  /** A sweep of which nothing is kept. */
  public static BenchSession unsaved(
      List<BenchCase> cases, Repetition repetition, ProcessGroup processes) {
    return new BenchSession(cases, repetition, processes, null);
  }

  /**
   * A sweep that is kept, or one that was interrupted and goes on; of several processes, by the
   * first one.
   *
   * @param results folder of all runs
   * @param name of this one
   * @param command line that made it
   * @throws IllegalArgumentException if there is a run of that name, measured elsewhere
   */
  public static BenchSession saved(
      List<BenchCase> cases,
      Repetition repetition,
      ProcessGroup processes,
      Path results,
      String name,
      String command) {
    if (!processes.isFirst()) {
      return unsaved(cases, repetition, processes);
    }
    Environment environment = Environment.here(command, Commit.name(), deviceNames(cases));
    return new BenchSession(
        cases, repetition, processes, RunFolder.open(results, name, environment));
  }

  /** Where the run is kept, null if it is not. */
  public @Nullable Path path() {
    return folder == null ? null : folder.path();
  }

  /** Cases that an earlier call measured. */
  public long measuredBefore() {
    List<String> earlier =
        earlier().stream().map(measurement -> measurement.record().subject()).toList();
    return cases.stream().filter(benchCase -> earlier.contains(benchCase.subject())).count();
  }

  /**
   * Measures what is left, keeps it, and draws all of it.
   *
   * @param listener hears how it goes
   * @return measurements of the sweep's cases
   * @throws io.ringflash.engine.StopSignal.StoppedException if the calling thread was interrupted
   */
  public List<Measurement> run(BenchListener listener, Painter painter) {
    BenchListener keeper = folder == null ? listener : new Keeper(listener, folder);
    List<Measurement> all =
        new Bench(this::open, repetition, keeper, processes, earlier()).run(cases);
    if (folder != null && !all.isEmpty()) {
      folder.finish(all, painter.draw(all, folder.path()));
    }
    return all;
  }

  private List<Measurement> earlier() {
    return folder == null ? List.of() : folder.earlier();
  }

  private RingFlashAttention open(BenchCase benchCase) {
    EngineRegistry registry = EngineRegistry.withServices(new CpuEngine(benchCase.threads()));
    DeviceGroup group = DeviceGroup.open(registry, benchCase.ring().devices());
    return new RingFlashAttention(group, benchCase.exchange().create(), processes);
  }

  private static List<String> deviceNames(List<BenchCase> cases) {
    EngineRegistry registry = EngineRegistry.withServices(new CpuEngine());
    return cases.stream()
        .flatMap(benchCase -> benchCase.ring().devices().stream())
        .map(DeviceId::engine)
        .distinct()
        .flatMap(engine -> registry.engine(engine).devices().stream())
        .map(BenchSession::name)
        .toList();
  }

  private static String name(DeviceInfo device) {
    return device.id() + ": " + device.description();
  }

  /** Keeps every measurement before it tells of it. */
  private record Keeper(BenchListener listener, RunFolder folder) implements BenchListener {
    @Override
    public void begins(BenchCase benchCase) {
      listener.begins(benchCase);
    }

    @Override
    public void measured(Measurement measurement) {
      folder.add(measurement);
      listener.measured(measurement);
    }

    @Override
    public void wrong(BenchCase benchCase, VerificationReport report) {
      listener.wrong(benchCase, report);
    }

    @Override
    public void failed(BenchCase benchCase, String message) {
      listener.failed(benchCase, message);
    }

    @Override
    public void ends(BenchCase benchCase) {
      listener.ends(benchCase);
    }
  }
}
