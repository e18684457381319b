package io.ringflash.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EngineRegistryTest {
  private final List<String> closed = new ArrayList<>();
  private final FakeEngine cpu = new FakeEngine("cpu", 0, true);
  private final FakeEngine gpu = new FakeEngine("gpu", 10, false);
  private final EngineRegistry registry = new EngineRegistry(List.of(cpu, gpu));

  @Test
  void thePreferredEngineComesFirst() {
    assertThat(registry.engines()).containsExactly(gpu, cpu);
    assertThat(registry.engine("cpu")).isSameAs(cpu);
  }

  @Test
  void unknownEnginesAreNamed() {
    assertThatThrownBy(() -> registry.engine("cuda"))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessage("engine should be one of gpu, cpu but got 'cuda'");
  }

  @Test
  void acceleratorsAreTheDefault() {
    assertThat(registry.defaultDevices())
        .containsExactly(new DeviceId("gpu", 0), new DeviceId("gpu", 1));
  }

  @Test
  void withoutAcceleratorsTheEmbeddedEngineIs() {
    gpu.failure = new EngineUnavailableException("no driver");
    assertThat(registry.defaultDevices()).containsExactly(new DeviceId("cpu", 0));
  }

  /** Each engine opens its devices together, and each device goes to its own rank. */
  @Test
  void opensInRankOrder() {
    List<AttentionDevice> devices = registry.open(DeviceId.parseList("gpu:1,cpu:3,gpu:0,cpu:2"));
    assertThat(devices.stream().map(device -> device.info().id()))
        .containsExactly("gpu:1", "cpu:3", "gpu:0", "cpu:2");
    assertThat(gpu.opened).containsExactly(List.of(1, 0));
    assertThat(cpu.opened).containsExactly(List.of(3, 2));
  }

  @Test
  void closesWhatItOpenedIfTheNextFails() {
    for (Throwable failure :
        List.of(new EngineUnavailableException("busy"), new NoClassDefFoundError("jni"))) {
      closed.clear();
      gpu.failure = failure;
      Throwable thrown =
          catchThrowable(() -> registry.open(DeviceId.parseList("cpu:0,cpu:1,gpu:0")));
      assertThat(thrown).isSameAs(failure);
      assertThat(closed).containsExactlyInAnyOrder("cpu:0", "cpu:1");
    }
  }

  /** The reason is what the user needs; that closing failed, too, is a detail. */
  @Test
  void aFailureToCloseDoesNotHideTheReason() {
    gpu.failure = new EngineUnavailableException("busy");
    cpu.closeFailure = new IllegalStateException("stuck");
    Throwable thrown = catchThrowable(() -> registry.open(DeviceId.parseList("cpu:0,cpu:1,gpu:0")));
    assertThat(thrown).hasMessage("busy");
    assertThat(thrown.getSuppressed()).hasSize(2);
    assertThat(closed).containsExactlyInAnyOrder("cpu:0", "cpu:1");
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneakyThrow(Throwable e) throws T {
    throw (T) e;
  }

  private final class FakeEngine implements AttentionEngine {
    private final String name;
    private final int priority;
    private final boolean hostProcessor;
    private final List<List<Integer>> opened = new ArrayList<>();
    private @Nullable Throwable failure;
    private @Nullable RuntimeException closeFailure;

    FakeEngine(String name, int priority, boolean hostProcessor) {
      this.name = name;
      this.priority = priority;
      this.hostProcessor = hostProcessor;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int priority() {
      return priority;
    }

    @Override
    public List<DeviceInfo> devices() {
      failIfTold();
      return List.of(info(0), info(1));
    }

    @Override
    public List<AttentionDevice> open(List<Integer> indices) {
      failIfTold();
      opened.add(indices);
      return indices.stream().<AttentionDevice>map(index -> new FakeDevice(this, index)).toList();
    }

    private void failIfTold() {
      if (failure != null) {
        sneakyThrow(failure);
      }
    }

    private DeviceInfo info(int index) {
      return new DeviceInfo(name + ":" + index, "a fake", 0, 1, hostProcessor);
    }
  }

  private final class FakeDevice implements AttentionDevice {
    private final FakeEngine engine;
    private final int index;

    FakeDevice(FakeEngine engine, int index) {
      this.engine = engine;
      this.index = index;
    }

    @Override
    public DeviceInfo info() {
      return engine.info(index);
    }

    @Override
    public ShardAttention prepare(ShardRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed.add(info().id());
      if (engine.closeFailure != null) {
        throw engine.closeFailure;
      }
    }
  }
}
