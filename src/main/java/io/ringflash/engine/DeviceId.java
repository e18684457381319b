package io.ringflash.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device's name: engine and index, such as {@code cpu:0}.
 *
 * @param engine name of the engine
 * @param index of the device in that engine, from 0
 */
public record DeviceId(String engine, int index) {
  private static final Pattern FORM = Pattern.compile("([a-z][a-z0-9]*):(0|[1-9][0-9]{0,8})");

  /**
   * Parses a comma-separated list in rank order.
   *
   * @throws IllegalArgumentException if an item is no device name, or stands twice
   */
  public static List<DeviceId> parseList(String list) {
    List<DeviceId> ids = new ArrayList<>();
    Set<DeviceId> seen = new HashSet<>();
    for (String item : list.split(",", -1)) {
      DeviceId id = parse(item.strip());
      if (!seen.add(id)) {
        throw new IllegalArgumentException(
            "devices should be listed once each but got %s twice".formatted(id));
      }
      ids.add(id);
    }
    return ids;
  }

  private static DeviceId parse(String item) {
    Matcher matcher = FORM.matcher(item);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "devices should be a list like cpu:0,cpu:1 but got '%s'".formatted(item));
    }
    return new DeviceId(matcher.group(1), Integer.parseInt(matcher.group(2)));
  }

  @Override
  public String toString() {
    return engine + ":" + index;
  }
}
