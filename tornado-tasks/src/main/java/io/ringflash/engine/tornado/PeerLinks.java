package io.ringflash.engine.tornado;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * The direct ways from other devices' memory to one device's, found when they are first asked for.
 * Threads take turns.
 */
final class PeerLinks implements AutoCloseable {
  private final TornadoAttentionDevice target;
  private final Map<TornadoAttentionDevice, PeerLink> links = new HashMap<>();

  PeerLinks(TornadoAttentionDevice target) {
    this.target = target;
  }

  /**
   * Does {@code work} with the way from {@code source}.
   *
   * @throws PeerUnavailableException if there is none
   */
  synchronized void through(TornadoAttentionDevice source, Consumer<PeerLink> work) {
    PeerLink link = from(source);
    link.use(() -> work.accept(link));
  }

  private PeerLink from(TornadoAttentionDevice source) {
    @Nullable PeerLink known = links.get(source);
    if (known == null) {
      known = open(source);
      links.put(source, known);
    }
    return known;
  }

  @Override
  public synchronized void close() {
    links.values().forEach(PeerLink::close);
    links.clear();
  }

  /** Contexts are found by any memory that belongs to them. */
  private PeerLink open(TornadoAttentionDevice source) {
    TornadoVMBackendType backend = target.device().getTornadoVMBackend();
    if (source.device().getTornadoVMBackend() != backend) {
      throw new PeerUnavailableException("they are devices of different drivers");
    }
    DeviceBuffer there = allocate(source);
    try {
      DeviceBuffer here = allocate(target);
      try {
        return open(backend, there, here);
      } catch (IllegalStateException e) {
        throw new PeerUnavailableException(String.valueOf(e.getMessage()));
      } finally {
        target.worker().run(here::close);
      }
    } finally {
      source.worker().run(there::close);
    }
  }

  private PeerLink open(TornadoVMBackendType backend, DeviceBuffer there, DeviceBuffer here) {
    return switch (backend) {
      case PTX -> new CudaPeerLink(new CudaDriver(), there, here);
      case OPENCL -> new OpenClPeerLink(new OpenClLibrary(), there, here, target.device());
      default ->
          throw new PeerUnavailableException(
              "TornadoVM's %s backend keeps its memory to itself".formatted(backend));
    };
  }

  private static DeviceBuffer allocate(TornadoAttentionDevice device) {
    return device.worker().call(() -> DeviceBuffer.onDevice(device.device(), Long.BYTES));
  }
}
