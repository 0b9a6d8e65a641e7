package com.example.orders;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** What the environment gives this instance: a configuration item and a secret. */
@ConfigurationProperties("orders")
public record Settings(@DefaultValue("hello") String greeting, @DefaultValue("") String databasePassword) {
  /** A record prints its fields; this one must not. */
  @Override
  public String toString() {
    return "Settings[greeting=" + greeting + ", databasePassword=***]";
  }
}
