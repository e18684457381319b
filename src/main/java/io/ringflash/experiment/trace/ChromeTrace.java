package io.ringflash.experiment.trace;

import io.ringflash.experiment.Json;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunReport.Rank;
import io.ringflash.experiment.RunReport.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A run in the Trace Event Format, which Perfetto (ui.perfetto.dev) and chrome://tracing open: a
 * process for each device, in it a track of its computing and one of its transfers.
 */
public final class ChromeTrace {
  private static final double MICRO = 1e6;

  /** Of a span shorter than the clock's resolution, nothing would be seen. */
  private static final double SHORTEST_SECONDS = 1e-9;

  private ChromeTrace() {}

  /** The JSON text. */
  public static String render(RunReport run) {
    List<Map<String, Object>> events = new ArrayList<>();
    for (Rank rank : run.ranks()) {
      String name = "rank %d, %s".formatted(rank.rank(), rank.device());
      events.add(name("process_name", rank.rank(), 0, name));
      events.add(name("thread_name", rank.rank(), 0, "compute"));
      events.add(name("thread_name", rank.rank(), 1, "exchange"));
    }
    Span.of(run).stream()
        .filter(span -> span.seconds() > SHORTEST_SECONDS)
        .forEach(span -> events.add(event(span)));
    Map<String, Object> trace = new LinkedHashMap<>();
    trace.put("displayTimeUnit", "ms");
    trace.put("otherData", about(run));
    trace.put("traceEvents", events);
    return Json.of(trace);
  }

  private static Map<String, Object> about(RunReport run) {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("shape", run.shape().toString());
    about.put("dtype", run.dtype());
    about.put("kernel", run.kernel());
    about.put("sharding", run.sharding());
    return about;
  }

  private static Map<String, Object> name(String what, int process, int thread, String name) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("ph", "M");
    event.put("name", what);
    event.put("pid", process);
    event.put("tid", thread);
    event.put("args", Map.of("name", name));
    return event;
  }

  private static Map<String, Object> event(Span span) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("ph", "X");
    event.put("name", span.title());
    event.put("cat", span.kind().name().toLowerCase(Locale.ROOT));
    event.put("pid", span.rank());
    event.put("tid", span.kind().beside() ? 1 : 0);
    event.put("ts", span.start() * MICRO);
    event.put("dur", span.seconds() * MICRO);
    Step step = span.step();
    if (step != null) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("step", step.step());
      facts.put("block", step.block());
      facts.put("mask", step.mask());
      facts.put("keys", step.keys());
      facts.put("bytes", step.bytes());
      event.put("args", facts);
    }
    return event;
  }
}
