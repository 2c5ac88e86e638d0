// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import java.util.Optional;

/**
 * Whether the native zstd library can be used in this JVM, asked once.
 *
 * <p>It is unpacked from the jar into the temporary folder and loaded by JNI. On clusters either
 * can fail: a folder mounted noexec or full, a JVM that denies native access. A checkpoint must not
 * fail for that: blocks are then stored raw, and {@link #unavailableReason()} says what to do.
 */
public final class Zstandard {
  private static final String REMEDY =
      "start the JVM with --enable-native-access=ALL-UNNAMED (on the module path:"
          + " --enable-native-access=com.github.luben.zstd_jni), and if the temporary folder is"
          + " full or mounted noexec, with -DZstdTempFolder=DIR naming one that is not";

  private Zstandard() {}

  private static final class Probe {
    static final Optional<String> REASON = probe(() -> new ZstdCompressCtx().close());
  }

  /** Whether blocks can be compressed and decompressed. */
  public static boolean available() {
    return Probe.REASON.isEmpty();
  }

  /** Why zstd cannot be used, in one sentence with the remedy; empty if it can be. */
  public static Optional<String> unavailableReason() {
    return Probe.REASON;
  }

  /** Every way of failing to load: link errors, failed static initialisers, denied access. */
  static Optional<String> probe(Runnable firstUse) {
    try {
      firstUse.run();
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of("the zstd library could not be loaded (" + rootOf(e) + "); " + REMEDY);
    }
  }

  private static Throwable rootOf(Throwable error) {
    Throwable root = error;
    for (Throwable next = root.getCause(); next != null; next = root.getCause()) {
      root = next;
    }
    return root;
  }
}
