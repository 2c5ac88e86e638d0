// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/faults.md has every fault, and every test that it names exists. */
final class FaultsDocumentTest {
  private static final int FAULTS = 80;
  private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
  private static final Path PAGE = ROOT.resolve("docs/faults.md");
  private static final Pattern ROW =
      Pattern.compile("^\\| (\\d+) \\|.*\\|([^|]*)\\|$", Pattern.MULTILINE);
  private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");

  /** Tests have names of two parts or more; what helps them has not. */
  private static final Pattern TEST = Pattern.compile("^  void (\\w+_\\w+)\\(", Pattern.MULTILINE);

  private String page = "";

  @BeforeEach
  void read() throws IOException {
    assumeTrue(Files.exists(PAGE), "there is no " + PAGE);
    page = Files.readString(PAGE);
  }

  @Test
  void faults_areAllThere_andEachIsShownOrExplained() {
    List<MatchResult> rows = ROW.matcher(page).results().toList();
    assertEquals(
        IntStream.rangeClosed(1, FAULTS).boxed().toList(),
        rows.stream().map(row -> Integer.valueOf(row.group(1))).toList());
    for (MatchResult row : rows) {
      String shown = row.group(2);
      boolean answered =
          NAMED.matcher(shown).find()
              || (shown.contains("does not apply") && row.group().contains("does not apply: "));
      assertTrue(answered, row::group);
    }
  }

  @Test
  void tests_thatAreNamed_exist() throws IOException {
    Map<String, String> sources = testSources();
    List<String> missing = new ArrayList<>();
    NAMED
        .matcher(page)
        .results()
        .forEach(named -> {
          String source = sources.getOrDefault(named.group(1), "");
          boolean exists =
              TEST.matcher(source).results().anyMatch(test -> test.group(1).equals(named.group(2)));
          if (!exists) {
            missing.add(named.group());
          }
        });
    assertEquals(List.of(), missing);
  }

  /** The text of every test class, by its name. */
  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.map(m -> m.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
              String name = file.getFileName().toString().replace(".java", "");
              sources.put(name, Files.readString(file));
            }
          }
        }
      }
    }
    return sources;
  }
}
