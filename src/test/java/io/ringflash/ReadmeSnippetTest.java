package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows compiles, and runs. */
class ReadmeSnippetTest {
  private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path classes;

  @Test
  void theSnippetRuns() throws Exception {
    String source =
        """
        import io.ringflash.*;
        import io.ringflash.ring.Sharding;
        import io.ringflash.tensor.*;
        import java.lang.foreign.Arena;
        public class Snippet {
          public static float run() {
            %s
          }
        }
        """
            .formatted(snippet().replace("lse = ", "lse = last = ").indent(4) + "return last;")
            .replace("class Snippet {", "class Snippet { private static float last = Float.NaN;");
    compile(source);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      Object lse = loader.loadClass("Snippet").getMethod("run").invoke(null);
      // All keys of the first row but its own are hidden, and all scores are 0: ln 1.
      assertThat(lse).isEqualTo(0f);
    }
  }

  private static String snippet() throws IOException {
    Matcher matcher = SNIPPET.matcher(Files.readString(Path.of("README.md")));
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  private void compile(String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    List<String> options =
        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    boolean compiled = compiler.getTask(null, null, problems, options, null, List.of(file)).call();
    assertThat(compiled).as(() -> problems.getDiagnostics().toString()).isTrue();
  }
}
