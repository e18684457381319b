package io.ringflash.benchmark;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.tensor.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Times whole calls on request, so that another program can let RingFlash and a peer take turns. A
 * request is a line of JSON on standard input, {@code {"shape": [batch, heads, kvHeads, seqQ, seqK,
 * headDim], "causal", "dtype", "seconds"}}; the answer {@code {"millis": [..], "verified"}}. A case
 * that was not the last one's is verified and warmed up first.
 */
final class Turns {
  private static final int MIN_SAMPLES = 2;

  private final RingFlashAttention attention;
  private final AttnType attnType;
  private JsonNode lastRequest;
  private AttentionCase current;
  private boolean verified;

  private Turns(RingFlashAttention attention, AttnType attnType, JsonNode request) {
    this.attention = attention;
    this.attnType = attnType;
    this.lastRequest = request;
    this.current = prepare(request);
  }

  /**
   * Answers until standard input ends.
   *
   * @param arguments cpu devices, such as {@code cpu:0}, the threads that they share, and an
   *     attn-type
   */
  public static void main(String[] arguments) throws IOException {
    List<Integer> devices = DeviceId.parseList(arguments[0]).stream().map(DeviceId::index).toList();
    CpuEngine engine = new CpuEngine(Integer.parseInt(arguments[1]));
    AttnType attnType = AttnType.parse(arguments[2]);
    ObjectMapper json = new ObjectMapper();
    try (RingFlashAttention attention =
            new RingFlashAttention(new DeviceGroup(engine.open(devices)));
        BufferedReader requests =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      Turns turns = null;
      for (String line = requests.readLine(); line != null; line = requests.readLine()) {
        JsonNode request = json.readTree(line);
        turns = turns == null ? new Turns(attention, attnType, request) : turns;
        System.out.println(json.writeValueAsString(turns.answer(request)));
      }
    }
  }

  private Map<String, Object> answer(JsonNode request) {
    if (!request.equals(lastRequest)) {
      current.close();
      current = prepare(request);
      lastRequest = request;
    }
    return Map.of("millis", samples(request), "verified", verified);
  }

  private AttentionCase prepare(JsonNode request) {
    JsonNode sizes = request.get("shape");
    AttentionShape shape =
        new AttentionShape(
            sizes.get(0).intValue(),
            sizes.get(3).longValue(),
            sizes.get(4).longValue(),
            sizes.get(1).intValue(),
            sizes.get(2).intValue(),
            sizes.get(5).intValue());
    DType dtype = DType.valueOf(request.get("dtype").stringValue().toUpperCase(Locale.ROOT));
    boolean causal = request.get("causal").booleanValue();
    current =
        new AttentionCase(
            shape, dtype, AttentionOptions.builder().causal(causal).attnType(attnType).build());
    verified = current.isRight(attention);
    samples(request);
    return current;
  }

  private List<Double> samples(JsonNode request) {
    List<Double> millis = new ArrayList<>();
    long end = System.nanoTime() + (long) (request.get("seconds").doubleValue() * 1e9);
    while (millis.size() < MIN_SAMPLES || System.nanoTime() < end) {
      millis.add(current.millis(attention));
    }
    return millis;
  }
}
