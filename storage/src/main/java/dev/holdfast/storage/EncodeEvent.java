// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A flight recording shows how busy the stages were while a version's blocks were written. */
@Name("dev.holdfast.Encode")
@Label("Holdfast Encode")
@Category("Holdfast")
@Description("The blocks of a version were encoded by several threads and handed to the kernel")
@StackTrace(false)
final class EncodeEvent extends Event {
  @Label("Raw Size")
  @DataAmount
  long rawBytes;

  @Label("Stored Size")
  @DataAmount
  long storedBytes;

  @Label("Threads")
  @Description("How many threads have encoded, the writer among them")
  int threads;

  @Label("Encoding")
  @Description("The time that all threads together have encoded")
  @Timespan
  long encoding;

  @Label("Writing")
  @Description("The time in which the writer has handed bytes to the kernel")
  @Timespan
  long writing;

  @Label("Waiting")
  @Description("The time in which the writer has waited for encoders")
  @Timespan
  long waiting;
}
