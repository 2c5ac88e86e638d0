// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZstandardTest {

  @Test
  void available_whereNativeAccessIsAllowed() {
    assertEquals(Optional.empty(), Zstandard.unavailableReason());
    assertTrue(Zstandard.available());
  }

  @Test
  void probe_everyWayToFail_givesAReasonWithBothRemedies() {
    List<Throwable> failures =
        List.of(
            new UnsatisfiedLinkError("libzstd.so: failed to map segment"),
            new NoClassDefFoundError("Could not initialize class"),
            new ExceptionInInitializerError(new IllegalCallerException("Illegal native access")),
            new IllegalCallerException("Illegal native access"),
            new UnsupportedOperationException("Unsupported OS/arch"));
    for (Throwable failure : failures) {
      String reason =
          Zstandard.probe(
                  () -> {
                    if (failure instanceof Error error) {
                      throw error;
                    }
                    throw (RuntimeException) failure;
                  })
              .orElseThrow();
      assertTrue(reason.contains("--enable-native-access=ALL-UNNAMED"), reason);
      assertTrue(reason.contains("-DZstdTempFolder="), reason);
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      assertTrue(reason.contains(String.valueOf(cause.getMessage())), reason);
    }
  }

  @Test
  void withoutZstd_blocksAreStoredRawAndCompressedOnesRefused() throws Exception {
    try (Arena arena = Arena.ofShared();
        BlockEncoder encoder = new BlockEncoder(false);
        BlockDecoder decoder = new BlockDecoder(false)) {
      MemorySegment raw = Blocks.walk(arena, 4096, 8, new SplittableRandom(Blocks.SEED));
      CodecChoice choice = CodecChoice.of(Pipeline.DELTA_SHUFFLE_ZSTD, 8, 1);
      Encoded encoded = encoder.encode(raw, choice);
      assertEquals(Pipeline.RAW, encoded.codec().pipeline());
      MemorySegment out = arena.allocate(4096);
      decoder.decode(encoded.codecByte(), encoded.stored(), out);
      assertEquals(-1, out.mismatch(raw));
      MemorySegment zeros = arena.allocate(4096);
      assertEquals(Pipeline.ZERO, encoder.encode(zeros, choice).codec().pipeline());

      MemorySegment frame = Blocks.forced(arena, choice.codec(), raw);
      assertThrows(CodecException.class, () -> decoder.decode(choice.codec().toByte(), frame, out));
    }
  }

  @Test
  void available_inAJvmThatDeniesNativeAccess_isFalseAndNothingIsThrown() throws Exception {
    assertTrue(childSays("--illegal-native-access=deny").contains("-DZstdTempFolder="));
  }

  @Test
  void available_whereTheTemporaryFolderIsMissing_isFalseAndNothingIsThrown() throws Exception {
    String reason = childSays("-DZstdTempFolder=/nonexistent/holdfast");
    assertTrue(reason.contains("--enable-native-access"), reason);
  }

  private static String childSays(String option) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    Process child =
        new ProcessBuilder(java, option, "-cp", classPath, Child.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), output);
    return output;
  }

  /** Runs in another JVM: encodes raw, and fails to decode with the remedy in the message. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      try (Arena arena = Arena.ofShared();
          BlockEncoder encoder = new BlockEncoder();
          BlockDecoder decoder = new BlockDecoder()) {
        MemorySegment raw = Blocks.walk(arena, 4096, 8, new SplittableRandom(Blocks.SEED));
        Encoded encoded = encoder.encode(raw, CodecChoice.of(Pipeline.SHUFFLE_ZSTD, 8, 1));
        if (Zstandard.available() || encoded.pays()) {
          throw new IllegalStateException("zstd is available although it must not be");
        }
        decoder.decode(encoded.codecByte(), encoded.stored(), raw.asSlice(0, 4096));
        try {
          decoder.decode(2, raw, raw.asSlice(0, 8));
        } catch (CodecException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }
}
