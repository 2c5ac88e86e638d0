// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.nio.charset.StandardCharsets;

/** What the fuzzer calls, by these names, in a JVM of its own ({@link FuzzTest}). */
public final class FuzzTarget {
  /** Not a parser: an error that only guided fuzzing finds, to see that fuzzing finds one. */
  static final String PLANTED = "PLANTED";

  private static final byte[] PASSWORD = "sesame".getBytes(StandardCharsets.US_ASCII);

  private static FuzzedParser parser = FuzzedParser.FRAME;
  private static boolean planted;

  private FuzzTarget() {}

  public static void fuzzerInitialize(String[] args) {
    planted = args[0].equals(PLANTED);
    parser = planted ? FuzzedParser.FRAME : FuzzedParser.valueOf(args[0]);
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (planted) {
      checkPlanted(input);
    } else {
      parser.check(input);
    }
  }

  /** One branch for each byte: by chance one input in 2^48 has all of them. */
  private static void checkPlanted(byte[] input) {
    boolean found =
        input.length > 5
            && input[0] == PASSWORD[0]
            && input[1] == PASSWORD[1]
            && input[2] == PASSWORD[2]
            && input[3] == PASSWORD[3]
            && input[4] == PASSWORD[4]
            && input[5] == PASSWORD[5];
    if (found) {
      throw new AssertionError("the planted error");
    }
  }
}
