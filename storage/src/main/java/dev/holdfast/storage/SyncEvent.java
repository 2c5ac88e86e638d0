// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recording shows that a file of a store was made durable. */
@Name("dev.holdfast.Sync")
@Label("Holdfast Sync")
@Category("Holdfast")
@Description("The bytes of a file of the store were made durable (fdatasync)")
@StackTrace(false)
final class SyncEvent extends Event {
  @Label("File")
  String file = "";

  @Label("File Size")
  @DataAmount
  long fileBytes;
}
