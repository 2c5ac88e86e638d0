// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A flight recording shows that a file of a store was written: encoded, and handed to the kernel.
 */
@Name("dev.holdfast.Write")
@Label("Holdfast Write")
@Category("Holdfast")
@Description("A file of the store was encoded and written, and not synced yet")
@StackTrace(false)
final class WriteEvent extends Event {
  @Label("File")
  String file = "";

  @Label("File Size")
  @DataAmount
  long fileBytes;
}
