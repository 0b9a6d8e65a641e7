// Addresses with a password.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token(
        "postgres-url", {"PostgreSQL 地址里的密码", "password in a PostgreSQL address"},
        R"re(\b(?i:(?:jdbc:)?postgres(?:ql)?(?:\+[a-z0-9]{2,12})?)://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
        "postgres://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "mysql-url", {"MySQL 地址里的密码", "password in a MySQL address"},
        R"re(\b(?i:(?:jdbc:)?(?:mysql|mariadb)(?:\+[a-z0-9]{2,12})?)://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
        "mysql://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("mongodb-url", {"MongoDB 地址里的密码", "password in a MongoDB address"},
          R"re(\b(?i:mongodb(?:\+srv)?)://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
          "mongodb://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("redis-url", {"Redis 地址里的密码", "password in a Redis address"},
          R"re(\b(?i:rediss?(?:-sentinel)?)://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
          "redis://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("amqp-url", {"AMQP 地址里的密码", "password in an AMQP address"},
          R"re(\b(?i:amqps?)://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
          "amqp://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("ldap-url", {"LDAP 地址里的密码", "password in an LDAP address"},
          R"re(\b(?i:ldaps?)://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
          "ldap://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("ftp-url", {"FTP 地址里的密码", "password in an FTP address"},
          R"re(\b(?i:(?:s?ftp|ftps|smb|ssh))://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
          "ftp://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("mail-url", {"邮件服务地址里的密码", "password in a mail server's address"},
          R"re(\b(?i:(?:smtps?|imaps?|pop3s?))://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
          "smtp://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "clickhouse-url", {"ClickHouse 地址里的密码", "password in a ClickHouse address"},
        R"re(\b(?i:clickhouse(?:\+[a-z0-9]{2,12})?)://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
        "clickhouse://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "nats-url", {"消息服务地址里的密码", "password in a broker's address"},
        R"re(\b(?i:(?:nats|mqtts?|stomp|kafka|neo4j(?:\+s)?|bolt|couchbase|elasticsearch))://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
        "nats://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("http-url", {"网址里的密码", "password in a web address"},
          R"re(\b(?i:(?:https?|wss?|git))://[^\s"\'`<>@/:$]{0,60}:([^\s"\'`<>@/$%{}]{3,100})@[0-9A-Za-z_.\[-])re",
          "https://shop:[[<62:12>]]@db.test/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("jdbc-url", {"JDBC 地址里的密码", "password in a JDBC address"},
          R"re(\bjdbc:[a-z0-9:]{2,30}[^\s"'`<>]{2,300}?[?&;](?i:password|pwd)=([^\s"'`<>&;${}]{3,100}))re",
          "jdbc:mysql://db.test:3306/shop?user=shop&password=[[<62:12>]]")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical)
        .first("jdbc:[a-z0-9:]{2,30}[^\\s\"'`<>]{2,300}[?&;](?i:password|pwd)="),
    token("oracle-url", {"Oracle 地址里的密码", "password in an Oracle address"},
          R"re(\bjdbc:oracle:[a-z]{3,4}:[0-9A-Za-z_]{1,30}/([^\s"'`<>@/${}]{3,60})@)re",
          "jdbc:oracle:thin:shop/[[<62:12>]]@db.test:1521/shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "connection-string-password", {"连接字符串里的密码", "password in a connection string"},
        R"re((?i:(?:server|data source|host|user id|uid|initial catalog|database)[ \t]{0,2}=[^\n"'<>]{1,200}?;[ \t]{0,2}(?:password|pwd)[ \t]{0,2}=[ \t]{0,2})([^\s"';<>${}]{3,100}))re",
        "Server=db.test;Database=shop;User Id=sa;Password=[[<62:12>]];")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
};

}  // namespace

Group database_rules() { return kRules; }

}  // namespace sampan::scan::secrets
