package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** Every way between the host and a device brings just the bytes that it should. */
class TransferChunkTest {
  private static final List<DeviceId> DEVICES =
      DeviceId.parseList(System.getProperty("ringflash.test.devices", "opencl:0"));

  /** Names of queues that nobody else has. */
  private static final long STREAM = -1_000_000;

  private static final int BYTES = 1 << 20;
  private static final int AT = 4096;
  private static final int PIECE = 12_345;

  private final DeviceGroup group =
      DeviceGroup.open(EngineRegistry.withServices(new CpuEngine()), List.of(DEVICES.getLast()));
  private final AttentionDevice device = group.device(0);

  @AfterEach
  void close() {
    group.close();
  }

  @Test
  void tornado() {
    check(xpu -> new TornadoChunk(xpu, BYTES, STREAM));
  }

  @Test
  void openCl() {
    assumeTrue(backend() == TornadoVMBackendType.OPENCL, "needs an opencl device");
    check(xpu -> new OpenClChunk(new OpenClLibrary(), xpu, BYTES));
  }

  @Test
  void cuda() {
    assumeTrue(backend() == TornadoVMBackendType.PTX, "needs a ptx device");
    check(xpu -> new CudaChunk(new CudaDriver(), xpu, BYTES));
  }

  /** Uploads a whole memory, then a piece of it, and reads it back in two parts. */
  private void check(Function<TornadoXPUDevice, TransferChunk> open) {
    byte[] bytes = new byte[BYTES];
    new Random(1).nextBytes(bytes);
    byte[] piece = new byte[PIECE];
    Arrays.fill(piece, (byte) 7);
    byte[] received =
        tornadoDevice()
            .worker()
            .call(() -> {
              TornadoXPUDevice xpu = tornadoDevice().device();
              try (DeviceBuffer memory = DeviceBuffer.onDevice(xpu, BYTES);
                  TransferChunk chunk = open.apply(xpu)) {
                upload(chunk, memory, 0, bytes, MemorySegment.ofArray(new byte[0]));
                MemorySegment before = MemorySegment.ofArray(bytes).asSlice(0, AT);
                upload(chunk, memory, AT, piece, before);
                return download(chunk, memory);
              }
            });
    System.arraycopy(piece, 0, bytes, AT, PIECE);
    assertThat(received).isEqualTo(bytes);
  }

  private static void upload(
      TransferChunk chunk, DeviceBuffer memory, long at, byte[] bytes, MemorySegment before) {
    chunk.host().copyFrom(MemorySegment.ofArray(bytes));
    chunk.upload(memory, at, bytes.length, () -> before);
    chunk.await();
  }

  private static byte[] download(TransferChunk chunk, DeviceBuffer memory) {
    byte[] received = new byte[BYTES];
    MemorySegment target = MemorySegment.ofArray(received);
    chunk.download(memory, 0, AT);
    chunk.await();
    MemorySegment.copy(chunk.host(), 0, target, 0, AT);
    chunk.download(memory, AT, BYTES - AT);
    chunk.await();
    MemorySegment.copy(chunk.host(), 0, target, AT, BYTES - AT);
    return received;
  }

  private TornadoVMBackendType backend() {
    return tornadoDevice().device().getTornadoVMBackend();
  }

  private TornadoAttentionDevice tornadoDevice() {
    return (TornadoAttentionDevice) device;
  }
}
