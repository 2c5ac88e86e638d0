// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Store;
import java.io.PrintWriter;

/** What is said when the newest version was asked for and newer ones are damaged. */
final class PassedOver {
  private PassedOver() {}

  /** Tells each of them, and returns the code to end with. */
  static int tell(Store store, PrintWriter err) {
    for (Rejection rejection : store.rejections()) {
      err.println("holdfast: passed over " + rejection);
    }
    return store.rejections().isEmpty() ? ExitCode.DONE : ExitCode.DAMAGE;
  }
}
