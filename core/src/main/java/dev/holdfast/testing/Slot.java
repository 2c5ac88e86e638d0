// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something mutable outside of a program's declared state, with what it held at the beginning. */
sealed interface Slot {

  /** Where it is, as a person would say it. */
  String place();

  /** What has changed since the beginning, in words; null when nothing has. */
  @Nullable String change();

  /** Puts back what it held at the beginning. */
  void reset();

  /** A field that can be assigned, of an object or, with owner null, of a class. */
  record FieldSlot(String place, Field field, @Nullable Object owner, @Nullable Object before)
      implements Slot {
    static FieldSlot of(String place, Field field, @Nullable Object owner) {
      return new FieldSlot(place, field, owner, get(field, owner));
    }

    private static @Nullable Object get(Field field, @Nullable Object owner) {
      try {
        return field.get(owner);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(field + " was made accessible", e);
      }
    }

    @Override
    public @Nullable String change() {
      return Slot.change(place, before, get(field, owner));
    }

    @Override
    public void reset() {
      try {
        field.set(owner, before);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(field + " was made accessible", e);
      }
    }
  }

  /** An array's elements. */
  record ArraySlot(String place, Object array, Object before) implements Slot {
    static ArraySlot of(String place, Object array) {
      int length = Array.getLength(array);
      Object copy = Array.newInstance(array.getClass().getComponentType(), length);
      System.arraycopy(array, 0, copy, 0, length);
      return new ArraySlot(place, array, copy);
    }

    @Override
    public @Nullable String change() {
      for (int i = 0; i < Array.getLength(before); i++) {
        String change =
            Slot.change(place + "[" + i + "]", Array.get(before, i), Array.get(array, i));
        if (change != null) {
          return change;
        }
      }
      return null;
    }

    @Override
    public void reset() {
      System.arraycopy(before, 0, array, 0, Array.getLength(before));
    }
  }

  /** A holder of one value, such as an AtomicLong. */
  record Holder<T extends @Nullable Object>(
      String place, Supplier<T> get, Consumer<T> set, T before) implements Slot {
    static <T extends @Nullable Object> Holder<T> of(
        String place, Supplier<T> get, Consumer<T> set) {
      return new Holder<>(place, get, set, get.get());
    }

    @Override
    public @Nullable String change() {
      return Slot.change(place, before, get.get());
    }

    @Override
    public void reset() {
      set.accept(before);
    }
  }

  /** A collection of the JDK. */
  record CollectionSlot(String place, Collection<Object> collection, List<Object> before)
      implements Slot {
    static CollectionSlot of(String place, Collection<Object> collection) {
      return new CollectionSlot(place, collection, new ArrayList<>(collection));
    }

    @Override
    public @Nullable String change() {
      return Slot.identical(before, new ArrayList<>(collection))
          ? null
          : Slot.sizes(place, before.size(), collection.size());
    }

    @Override
    public void reset() {
      if (change() != null) {
        collection.clear();
        collection.addAll(before);
      }
    }
  }

  /** A map of the JDK. */
  record MapSlot(String place, Map<Object, Object> map, Map<Object, Object> before)
      implements Slot {
    static MapSlot of(String place, Map<Object, Object> map) {
      return new MapSlot(place, map, new LinkedHashMap<>(map));
    }

    @Override
    public @Nullable String change() {
      boolean same =
          Slot.identical(new ArrayList<>(before.keySet()), new ArrayList<>(map.keySet()))
              && Slot.identical(new ArrayList<>(before.values()), new ArrayList<>(map.values()));
      return same ? null : Slot.sizes(place, before.size(), map.size());
    }

    @Override
    public void reset() {
      if (change() != null) {
        map.clear();
        map.putAll(before);
      }
    }
  }

  private static String sizes(String place, int before, int now) {
    return String.format(
        Locale.ROOT, "%s (%d elements at first, later %d or others)", place, before, now);
  }

  private static @Nullable String change(
      String place, @Nullable Object before, @Nullable Object now) {
    return same(before, now)
        ? null
        : "%s (%s at first, %s later)".formatted(place, shown(before), shown(now));
  }

  private static boolean identical(List<Object> before, List<Object> now) {
    if (before.size() != now.size()) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (!same(before.get(i), now.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Values are compared by value, all else by identity: what they hold has slots of its own. */
  @SuppressWarnings("ReferenceEquality") // identity is meant
  private static boolean same(@Nullable Object before, @Nullable Object now) {
    return isValue(before) ? Objects.equals(before, now) : before == now;
  }

  private static boolean isValue(@Nullable Object value) {
    return value instanceof Number
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Character;
  }

  private static String shown(@Nullable Object value) {
    if (value instanceof String text) {
      return "\"" + text + "\"";
    }
    return value == null || isValue(value) || value instanceof Enum<?>
        ? String.valueOf(value)
        : "a " + value.getClass().getTypeName();
  }
}
