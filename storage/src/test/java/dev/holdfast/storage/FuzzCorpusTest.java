// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What fuzzing has found before: every saved input, without the fuzzer. */
class FuzzCorpusTest {
  static final Path CORPUS = Path.of("src", "test", "corpus");

  @ParameterizedTest
  @EnumSource(FuzzedParser.class)
  void parser_whatIsReallyWritten_isAccepted(FuzzedParser parser) throws Exception {
    for (byte[] written : parser.written()) {
      assertTrue(parser.accepts(written), parser + " refuses what is written");
      parser.check(written);
    }
  }

  @ParameterizedTest
  @EnumSource(FuzzedParser.class)
  void parser_savedInput_isAcceptedOrRefusedWithAStoreException(FuzzedParser parser)
      throws Exception {
    List<Path> saved;
    try (Stream<Path> files = Files.list(CORPUS.resolve(parser.folder()))) {
      saved = files.sorted().toList();
    }
    assertTrue(saved.size() > 3, "no corpus for " + parser);
    for (Path file : saved) {
      try {
        parser.check(Files.readAllBytes(file));
      } catch (Exception | AssertionError e) {
        throw new AssertionError("input " + file.toAbsolutePath(), e);
      }
    }
  }
}
