package io.ringflash.experiment.bench;

import io.ringflash.engine.DeviceId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The devices of one ring.
 *
 * @param devices of a process, in rank order
 * @param processes that have such devices each
 */
public record Ring(List<DeviceId> devices, int processes) {
  /** {@code cpu:1..4}: rings of the first one, two, three and four devices. */
  private static final Pattern RANGE =
      Pattern.compile("([a-z][a-z0-9]*):([0-9]{1,4})\\.\\.([0-9]{1,4})");

  /**
   * Parses one ring, such as {@code ptx:0,ptx:1}, or rings of growing size, such as {@code
   * cpu:1..4}.
   *
   * @throws IllegalArgumentException if {@code text} is neither
   */
  public static List<Ring> parse(String text) {
    Matcher range = RANGE.matcher(text);
    if (!range.matches()) {
      return List.of(inOneProcess(DeviceId.parseList(text)));
    }
    int smallest = Integer.parseInt(range.group(2));
    int largest = Integer.parseInt(range.group(3));
    if (smallest < 1 || smallest > largest) {
      throw new IllegalArgumentException(
          "a range of rings should be numbers of devices like cpu:1..4 but got '%s'"
              .formatted(text));
    }
    List<Ring> rings = new ArrayList<>();
    for (int size = smallest; size <= largest; size++) {
      rings.add(
          inOneProcess(
              IntStream.range(0, size).mapToObj(i -> new DeviceId(range.group(1), i)).toList()));
    }
    return rings;
  }

  /** A ring of this process's devices alone. */
  public static Ring inOneProcess(List<DeviceId> devices) {
    return new Ring(devices, 1);
  }

  /** Such devices in each of so many processes. */
  public Ring over(int processCount) {
    return new Ring(devices, processCount);
  }

  /** Devices of all processes. */
  public int size() {
    return devices.size() * processes;
  }

  /** Engines, each named once, such as {@code cpu} or {@code ptx+cpu}. */
  public String engines() {
    return devices.stream().map(DeviceId::engine).distinct().collect(Collectors.joining("+"));
  }

  /** Whether some device is of that engine. */
  public boolean has(String engine) {
    return devices.stream().anyMatch(device -> device.engine().equals(engine));
  }

  /** Whether every device is of that engine. */
  public boolean isOf(String engine) {
    return devices.stream().allMatch(device -> device.engine().equals(engine));
  }

  /**
   * As on the command line, such as {@code cpu:0,cpu:1}; with processes {@code 0/cpu:0,1/cpu:0}.
   */
  @Override
  public String toString() {
    return IntStream.range(0, processes)
        .mapToObj(process -> processes == 1 ? "" : process + "/")
        .flatMap(prefix -> devices.stream().map(device -> prefix + device))
        .collect(Collectors.joining(","));
  }
}
