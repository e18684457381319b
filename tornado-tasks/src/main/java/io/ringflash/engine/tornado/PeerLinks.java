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

  private PeerLink open(TornadoAttentionDevice source) {
    TornadoVMBackendType backend = target.device().getTornadoVMBackend();
    if (source.device().getTornadoVMBackend() != backend) {
      throw new PeerUnavailableException("they are devices of different drivers");
    }
    try {
      return switch (backend) {
        case PTX -> cudaLink(source);
        case OPENCL -> openClLink(source);
        default ->
            throw new PeerUnavailableException(
                "TornadoVM's %s backend keeps its memory to itself".formatted(backend));
      };
    } catch (IllegalStateException e) {
      throw new PeerUnavailableException(String.valueOf(e.getMessage()));
    }
  }

  private PeerLink cudaLink(TornadoAttentionDevice source) {
    CudaDriver driver = new CudaDriver();
    return new CudaPeerLink(
        driver,
        source.worker().call(() -> driver.contextOf(source.device())),
        target.worker().call(() -> driver.contextOf(target.device())));
  }

  private PeerLink openClLink(TornadoAttentionDevice source) {
    OpenClLibrary library = new OpenClLibrary();
    return new OpenClPeerLink(
        library,
        source.worker().call(() -> library.contextOf(source.device())),
        target.worker().call(() -> library.contextOf(target.device())),
        target.device());
  }
}
