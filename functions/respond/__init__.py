"""Stream: a message is waiting to be sent; queue: the provider says what became of one."""
