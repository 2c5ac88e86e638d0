// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.PrintStream;
import java.lang.System.Logger.Level;

/**
 * Tells people what happens, through the logger {@code dev.holdfast}. Where nobody has chosen a
 * logging system or configured the built-in one, its two-line format helps nobody in a batch log:
 * then each message is one line on the error stream, beginning with {@code holdfast:}.
 */
final class Messages {
  private static final System.Logger LOGGER = System.getLogger("dev.holdfast");

  private Messages() {}

  static void info(String message) {
    tell(Level.INFO, message);
  }

  static void warn(String message) {
    tell(Level.WARNING, message);
  }

  private static void tell(Level level, String message) {
    if (Backend.CONFIGURED) {
      LOGGER.log(level, message);
    } else {
      PrintStream err = System.err;
      err.println("holdfast: " + message);
    }
  }

  /** Looked at once: whether somebody wants the messages elsewhere. */
  private static final class Backend {
    static final boolean CONFIGURED = configured();

    private static boolean configured() {
      boolean builtIn =
          System.LoggerFinder.getLoggerFinder().getClass().getModule().getName() != null
              && System.LoggerFinder.getLoggerFinder()
                  .getClass()
                  .getPackageName()
                  .matches("(sun|jdk)\\..*");
      boolean chosen =
          System.getProperty("java.util.logging.config.file") != null
              || System.getProperty("java.util.logging.config.class") != null;
      return !builtIn || chosen;
    }
  }
}
