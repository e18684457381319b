package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An output's earlier file, which has a second name: it shows what becomes of its content. */
public final class Earlier {
  private static final String CONTENT = "earlier";

  private final Path file;
  private final Path second;

  /** Writes the file. */
  public Earlier(Path file) throws IOException {
    this.file = Files.writeString(file, CONTENT);
    this.second = Files.createLink(file.resolveSibling(file.getFileName() + ".second"), file);
  }

  /** Requires a new file in the place of the earlier one, which has not been written to. */
  public void requireReplaced() {
    assertThat(second).hasContent(CONTENT);
    assertThat(file).content().doesNotStartWith(CONTENT);
  }
}
