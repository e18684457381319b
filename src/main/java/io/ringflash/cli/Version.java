package io.ringflash.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: enough for a bug report. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "ringflash " + (version == null ? "(not packaged)" : version),
      "Java %s, %s %s"
          .formatted(
              Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"))
    };
  }
}
