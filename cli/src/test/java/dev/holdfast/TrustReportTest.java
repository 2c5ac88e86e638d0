// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * The harnesses of this build have left their figures, each in a file of its own. They are put
 * together into target/trust-report.json and compared with what docs/reliability.md says.
 */
final class TrustReportTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path FIGURES =
      Path.of(System.getProperty("holdfast.trust", ROOT.resolve("target/trust").toString()));
  private static final Path PAGE = ROOT.resolve("docs/reliability.md");

  private static final Pattern PROMISE =
      Pattern.compile("^\\|[^|]+\\| (at least )?([0-9,]+) \\| `([a-z_-]+)/([a-z_]+)` \\|$");
  private static final Pattern FIGURE = Pattern.compile("\"([a-z_]+)\" *: *([0-9]+)");

  /**
   * What the page says of one figure.
   *
   * @param atLeast whether more is as good
   */
  private record Promise(String harness, String figure, boolean atLeast, long value) {
    static Promise of(Matcher row) {
      long value = Long.parseLong(row.group(2).replace(",", ""));
      return new Promise(row.group(3), row.group(4), row.group(1) != null, value);
    }

    void check(Map<String, Map<String, Long>> figures) {
      String name = harness + "/" + figure;
      Map<String, Long> reported = figures.getOrDefault(harness, Map.of());
      assertTrue(reported.containsKey(figure), name + " was not reported");
      long found = reported.getOrDefault(figure, -1L);
      if (atLeast) {
        assertTrue(found >= value, name + " is " + found + ", less than " + value);
      } else {
        assertEquals(value, found, name);
      }
    }
  }

  @Test
  void figuresOfThisBuild_areWhatThePagePromises() throws IOException {
    List<Promise> promises = promises();
    assertFalse(promises.isEmpty(), PAGE + " promises nothing");
    assumeTrue(Files.isDirectory(FIGURES), "no figures: only a whole build leaves all of them");
    Map<String, Map<String, Long>> figures = figures();
    Files.writeString(ROOT.resolve("target/trust-report.json"), report(figures));

    List<Executable> checks = new ArrayList<>();
    promises.forEach(promise -> checks.add(() -> promise.check(figures)));
    assertAll(checks);
  }

  private static List<Promise> promises() throws IOException {
    return Files.readAllLines(PAGE, UTF_8).stream()
        .map(PROMISE::matcher)
        .filter(Matcher::matches)
        .map(Promise::of)
        .toList();
  }

  private static Map<String, Map<String, Long>> figures() throws IOException {
    Map<String, Map<String, Long>> figures = new TreeMap<>();
    try (Stream<Path> files = Files.list(FIGURES)) {
      for (Path file : files.toList()) {
        Map<String, Long> ofOne = new TreeMap<>();
        Matcher each = FIGURE.matcher(Files.readString(file));
        while (each.find()) {
          ofOne.put(each.group(1), Long.valueOf(each.group(2)));
        }
        figures.put(file.getFileName().toString().replace(".json", ""), ofOne);
      }
    }
    return figures;
  }

  private static String report(Map<String, Map<String, Long>> figures) {
    String harnesses =
        figures.entrySet().stream()
            .map(e -> "    \"" + e.getKey() + "\": {" + line(e.getValue()) + "}")
            .collect(Collectors.joining(",\n"));
    return "{\n  \"schema\": \"holdfast.trust/1\",\n  \"harnesses\": {\n"
        + harnesses
        + "\n  }\n}\n";
  }

  private static String line(Map<String, Long> figures) {
    return figures.entrySet().stream()
        .map(e -> "\"" + e.getKey() + "\": " + e.getValue())
        .collect(Collectors.joining(", "));
  }
}
